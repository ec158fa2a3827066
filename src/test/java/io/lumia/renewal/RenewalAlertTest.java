package io.lumia.renewal;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.lumia.config.ConfigLoader;
import io.lumia.config.ConfigSources;
import io.lumia.fakes.Await;
import io.lumia.fakes.FleetCa;
import io.lumia.fakes.FreePort;
import io.lumia.issuance.CertificateSource;
import io.lumia.issuance.CertificateWish;
import io.lumia.issuance.IssuanceFailed;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.Pem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Who is told by {@code renewal.alert-webhook} that a certificate was not renewed. */
class RenewalAlertTest {
    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final FleetCa ca = new FleetCa(Clock.systemUTC());
    private final List<JsonObject> posted = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void the_webhook_gets_what_happened_as_json() throws Exception {
        var report = renewed(new Refusing(), receiver(204));

        assertThat(report.exitCode()).isEqualTo(1);
        assertThat(posted)
                .singleElement()
                .satisfies(told -> assertThat(told.getMap())
                        .containsEntry("instance", "site")
                        .containsEntry("target", "files")
                        .containsEntry("outcome", "kept")
                        .containsEntry("method", "acme")
                        .containsEntry("issuer", "https://ca.example/directory")
                        .containsEntry("reason", "refused")
                        .containsEntry("detail", "not you")
                        .containsEntry("content-type", "application/json")
                        .containsKey("not_after"));
    }

    @Test
    void nobody_is_told_of_a_success() throws Exception {
        var report = renewed(new Issuing(ca), receiver(204));

        assertThat(report.exitCode()).isZero();
        assertThat(posted).isEmpty();
    }

    @Test
    void a_receiver_that_is_down_or_refuses_changes_nothing() throws Exception {
        var lines = new ListAppender<ILoggingEvent>();
        lines.list = new CopyOnWriteArrayList<>();
        lines.start();
        var logger = (Logger) LoggerFactory.getLogger(RenewalAlert.class);
        logger.addAppender(lines);
        try {
            assertThat(renewed(new Refusing(), FreePort.anywhere()).exitCode()).isEqualTo(1);
            assertThat(renewed(new Refusing(), receiver(503)).exitCode()).isEqualTo(1);
        } finally {
            logger.detachAppender(lines);
        }
        assertThat(posted).hasSize(1);
        assertThat(lines.list)
                .filteredOn(line -> line.getMessage().startsWith("nobody was told"))
                .hasSize(2);
    }

    private int receiver(int status) {
        var server = vertx.createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> {
                    posted.add(body.toJsonObject().put("content-type", request.getHeader("Content-Type")));
                    var unused = request.response().setStatusCode(status).end();
                }));
        return Await.result(server.listen(0, "127.0.0.1")).actualPort();
    }

    private RenewalReport renewed(CertificateSource source, int receiver) throws Exception {
        var installed = ca.issue("site", List.of("site"), Duration.ofHours(1));
        Files.writeString(directory.resolve("site.pem"), Pem.of(installed.chain()));
        Files.writeString(directory.resolve("site.key"), Pem.of(installed.key()));
        Files.writeString(directory.resolve("root.pem"), Pem.of(ca.root()));
        var yaml = """
                renewal:
                  alert-webhook: http://127.0.0.1:%d/alerts
                  instances:
                    site:
                      common-name: site
                      ca-bundle: %2$s/root.pem
                      target: {type: files, cert-file: %2$s/site.pem, key-file: %2$s/site.key}
                """.formatted(receiver, directory);
        var config = new ConfigLoader()
                .load(new ConfigSources(
                        "reference",
                        List.of(Files.writeString(directory.resolve("renewal.yaml"), yaml)),
                        Map.of(),
                        List.of(),
                        directory.resolve("data"),
                        List.of()))
                .config();
        try (var renewals = new Renewals(
                vertx, config.renewal(), config.tls(), config.data(), (name, instance) -> source, Clock.systemUTC())) {
            return Await.result(renewals.renew("site", true, Renewals.ONCE));
        }
    }

    private static class Refusing implements CertificateSource {
        @Override
        public String method() {
            return "acme";
        }

        @Override
        public String issuer() {
            return "https://ca.example/directory";
        }

        @Override
        public Future<Void> health() {
            return Future.succeededFuture();
        }

        @Override
        public Future<TlsMaterial> obtain(CertificateWish wish) {
            return Future.failedFuture(new IssuanceFailed(IssuanceFailed.Reason.REFUSED, "not you", null, null));
        }
    }

    private static final class Issuing extends Refusing {
        private final FleetCa ca;

        Issuing(FleetCa ca) {
            this.ca = ca;
        }

        @Override
        public Future<TlsMaterial> obtain(CertificateWish wish) {
            return Future.succeededFuture(ca.issue("site", wish.names(), Duration.ofHours(1)));
        }
    }
}
