package io.lumia.renewal;

import io.lumia.config.RenewalConfig;
import io.lumia.lifecycle.RenewalRun.Outcome;
import io.lumia.renewal.target.Command;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells an operator of a renewal that failed: in the log, by a command and by a webhook, as far as they are set. */
final class RenewalAlert {
    private static final Logger log = LoggerFactory.getLogger(RenewalAlert.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Vertx vertx;
    private final RenewalConfig config;
    private final WorkerExecutor workers;

    RenewalAlert(Vertx vertx, RenewalConfig config, WorkerExecutor workers) {
        this.vertx = vertx;
        this.config = config;
        this.workers = workers;
    }

    /** Completes when all were told, or could not be; a failed alert is logged and spoils nothing. */
    Future<?> raise(RenewalReport report) {
        var facts = facts(report);
        log.atError()
                .addKeyValue("instance", report.instance())
                .addKeyValue("outcome", report.outcome().label())
                .addKeyValue("reason", report.reason())
                .addKeyValue("method", report.method())
                .addKeyValue("notAfter", facts.get("not_after"))
                .addKeyValue("detail", report.problem())
                .log(
                        report.outcome() == Outcome.SELF_SIGNED
                                ? "certificate not renewed, a self-signed one is served: clients that verify cannot connect"
                                : "certificate not renewed");
        return Future.join(
                        quietly("alert-command", config.alertCommand().isEmpty() ? done() : command(facts)),
                        quietly(
                                "alert-webhook",
                                config.alertWebhook() == null ? done() : post(config.alertWebhook(), facts)))
                .otherwiseEmpty();
    }

    private static Map<String, String> facts(RenewalReport report) {
        var served = report.served();
        var facts = new TreeMap<String, String>();
        facts.put("instance", report.instance());
        facts.put("target", report.target());
        facts.put("method", report.method());
        facts.put("issuer", report.issuer());
        facts.put("outcome", report.outcome().label());
        facts.put("reason", report.reason());
        facts.put("detail", report.problem());
        facts.put(
                "not_after", served == null ? "" : served.validity().notAfter().toString());
        return facts;
    }

    private Future<?> command(Map<String, String> facts) {
        var environment = new TreeMap<String, String>();
        // no byte 0 fits into an environment
        facts.forEach((name, value) ->
                environment.put("LUMIA_" + name.toUpperCase(java.util.Locale.ROOT), value.replace('\0', ' ')));
        return workers.executeBlocking(
                () -> {
                    new Command(config.alertCommand(), PATIENCE).run(environment);
                    return true;
                },
                false);
    }

    private Future<?> post(URI address, Map<String, String> facts) {
        var client = vertx.createHttpClient();
        var body = new JsonObject();
        facts.forEach(body::put);
        return client.request(new RequestOptions()
                        .setMethod(HttpMethod.POST)
                        .setAbsoluteURI(address.toString())
                        .putHeader("Content-Type", "application/json"))
                .compose(request -> request.send(body.toBuffer())
                        .compose(answer -> answer.statusCode() / 100 == 2
                                ? answer.body().mapEmpty()
                                : Future.failedFuture("it answered " + answer.statusCode())))
                .timeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .eventually(client::close);
    }

    private static Future<?> done() {
        return Future.succeededFuture();
    }

    private static Future<?> quietly(String hook, Future<?> told) {
        return told.onFailure(failed -> log.atError()
                .addKeyValue("hook", "renewal." + hook)
                .addKeyValue("reason", Sentences.of(failed))
                .log("nobody was told that a certificate was not renewed"));
    }
}
