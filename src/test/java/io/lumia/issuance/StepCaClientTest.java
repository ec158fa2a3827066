package io.lumia.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.config.TlsConfig;
import io.lumia.config.TlsConfig.TlsVersion;
import io.lumia.fakes.Await;
import io.lumia.fakes.FleetCa;
import io.lumia.issuance.IssuanceFailed.Reason;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.SwappableKeys;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.KeyCertOptions;
import java.math.BigInteger;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StepCaClientTest {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final SerialNumber SERIAL = new SerialNumber(BigInteger.TEN);

    private final Vertx vertx = Vertx.vertx();
    private final FleetCa fleet = new FleetCa(Clock.systemUTC());
    private volatile Consumer<HttpServerRequest> behaviour = request -> answer(request, 200, "{\"status\":\"ok\"}");
    private final StepCaClient ca = client();

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void requests_that_were_not_answered_take_no_connection_from_the_next() {
        var answering = behaviour;
        behaviour = request -> {};
        var unanswered = IntStream.range(0, 8).mapToObj(i -> ca.health()).toList();
        assertThat(Await.failure(Future.join(unanswered))).isInstanceOf(IssuanceFailed.class);
        assertThat(unanswered).allMatch(each -> reason(each.cause()) == Reason.UNREACHABLE);

        behaviour = answering;

        Await.result(ca.health());
    }

    @Test
    void a_provisioners_key_is_found_on_a_later_page() {
        behaviour = request -> answer(
                request,
                200,
                request.getParam("cursor") == null
                        ? "{\"provisioners\":[{\"type\":\"ACME\",\"name\":\"lumia\"}],\"nextCursor\":\"two\"}"
                        : "{\"provisioners\":[{\"type\":\"JWK\",\"name\":\"lumia\",\"encryptedKey\":\"a.b\"}]}");
        assertThat(Await.result(ca.encryptedKey("lumia"))).contains("a.b");
        assertThat(Await.result(ca.encryptedKey("other"))).isEmpty();
    }

    @Test
    void what_was_revoked_before_is_revoked_and_other_refusals_are_told() {
        behaviour = request -> answer(request, 400, "{\"message\":\"certificate is already revoked\"}");
        Await.result(ca.revoke("token", SERIAL, RevocationReason.SUPERSEDED));

        behaviour = request -> answer(request, 401, "{\"message\":\"no such provisioner\"}");
        var refused = Await.failure(ca.revoke("token", SERIAL, RevocationReason.SUPERSEDED));
        assertThat(reason(refused)).isEqualTo(Reason.REFUSED);
        assertThat(refused).hasMessageContaining("no such provisioner");
    }

    @Test
    void the_answer_of_another_server_is_no_certificate_and_no_list() {
        behaviour = request -> answer(request, 200, "<html>");
        assertThat(reason(Await.failure(ca.sign("token", "csr", null)))).isEqualTo(Reason.INVALID_CERTIFICATE);

        behaviour = request -> answer(request, 404, "<html>");
        assertThat(Await.failure(ca.crl())).hasMessageContaining("HTTP 404").hasMessageContaining("crl.enabled");
    }

    private StepCaClient client() {
        var keys = new SwappableKeys(fleet.issue("localhost", List.of("localhost"), Duration.ofHours(1)));
        var server = Await.result(vertx.createHttpServer(
                        new HttpServerOptions().setSsl(true).setKeyCertOptions(KeyCertOptions.wrap(keys)))
                .requestHandler(request -> behaviour.accept(request))
                .listen(0, "127.0.0.1"));
        return StepCaClient.connected(
                vertx,
                URI.create("https://localhost:" + server.actualPort()),
                new FleetTrust(List.of(fleet.root())),
                new TlsConfig(TlsVersion.TLS_1_2, List.of(), true),
                PATIENCE);
    }

    private static void answer(HttpServerRequest request, int status, String body) {
        request.response().setStatusCode(status).end(body).otherwiseEmpty();
    }

    private static Reason reason(Throwable failure) {
        return ((IssuanceFailed) failure).reason();
    }
}
