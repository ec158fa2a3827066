package io.lumia.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.config.TlsConfig;
import io.lumia.config.TlsConfig.TlsVersion;
import io.lumia.config.TlsSection;
import io.lumia.config.WebConfig;
import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.lumia.fakes.RawHttp;
import io.lumia.fakes.RawHttp.Reply;
import io.lumia.fakes.ScriptedAuthority;
import io.lumia.store.Store;
import io.lumia.tls.ListenerCertificates;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The admin API on loopback with a store, a scripted authority and an ear at the audit. */
final class WebHarness implements AutoCloseable {
    final Vertx vertx = Vertx.vertx();
    final MovableClock clock = new MovableClock(ScriptedAuthority.NOW);
    final ScriptedAuthority authority = new ScriptedAuthority();
    final List<Audited> audited = new CopyOnWriteArrayList<>();
    final int port;
    final String token;
    final WebVerticle web;
    private final Store store;

    WebHarness(Path data) throws IOException {
        this(data, Duration.ofSeconds(15));
    }

    /** @param patience how long a request may take to be there with its body */
    WebHarness(Path data, Duration patience) throws IOException {
        FleetBus.install(vertx);
        Await.result(authority.serve(vertx));
        Await.result(FleetBus.AUDITED.listen(vertx, audited::add));
        store = Await.result(Store.open(vertx, data));
        var tls = new TlsConfig(TlsVersion.TLS_1_2, List.of(), false);
        web = new WebVerticle(
                new WebConfig("127.0.0.1", 0, List.of("localhost"), null, TlsSection.of(null)),
                new ListenerCertificates(data, tls, clock),
                data,
                store,
                WebVerticle.USUAL_POLICY,
                clock,
                patience);
        Await.result(vertx.deployVerticle(web));
        port = web.port();
        token = Files.readString(data.resolve("admin-token")).strip();
    }

    /** With the first token. */
    Reply asAdmin(String start, String body) {
        return send(start, body, "Authorization: Bearer " + token);
    }

    /** With the first token, these header lines and this body as they are. */
    Reply asAdminRaw(String start, String headers, String body) {
        return RawHttp.raw(
                "127.0.0.1",
                port,
                start + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer " + token + "\r\n"
                        + headers + "\r\n" + body);
    }

    Reply send(String start, String body, String... headers) {
        return from("127.0.0.1", start, body, headers);
    }

    Reply from(String address, String start, String body, String... headers) {
        var all = new ArrayList<>(List.of(headers));
        if (all.stream().noneMatch(header -> header.startsWith("Content-Type"))) {
            all.add("Content-Type: application/json");
        }
        return RawHttp.send(address, port, start, all, body);
    }

    /** Makes a token with this role and gives it. */
    String token(String name, Role role) {
        return json(asAdmin(
                        "POST /api/v1/tokens",
                        "{\"name\":\"" + name + "\",\"role\":\"" + role.label() + "\",\"validity\":\"1h\"}"))
                .path("token")
                .asText();
    }

    /** Logs in and gives the header that a browser sends from then on. */
    String cookie(String secret) {
        var reply = send("POST /login", "{\"token\":\"" + secret + "\"}");
        return "Cookie: "
                + reply.head()
                        .lines()
                        .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("set-cookie: "))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(reply.toString()))
                        .substring("set-cookie: ".length())
                        .split(";")[0];
    }

    static JsonNode json(Reply reply) {
        try {
            return new ObjectMapper().readTree(reply.body());
        } catch (IOException noJson) {
            throw new AssertionError(reply.toString(), noJson);
        }
    }

    /** Waits for the act to be audited. */
    void awaitAudited(String actor, String action, String outcome, String reason) {
        Await.until(
                vertx,
                actor + " " + action + " " + outcome + " " + reason + " is audited, of " + audited,
                () -> audited.stream()
                        .anyMatch(act -> act.actor().equals(actor)
                                && act.action().equals(action)
                                && act.outcome().equals(outcome)
                                && (reason.isEmpty() || act.details().containsValue(reason))));
    }

    @Override
    public void close() {
        Await.result(store.close());
        Await.result(vertx.close());
    }
}
