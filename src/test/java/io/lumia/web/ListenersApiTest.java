package io.lumia.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.RenewListenerOutcome;
import io.lumia.bus.FleetBus.RenewListenerOutcome.Kept;
import io.lumia.bus.FleetBus.RenewListenerOutcome.Renewed;
import io.lumia.config.TlsConfig;
import io.lumia.config.TlsConfig.TlsVersion;
import io.lumia.config.TlsSection;
import io.lumia.config.WebConfig;
import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.lumia.fakes.RawHttp;
import io.lumia.fakes.RawHttp.Reply;
import io.lumia.fakes.ScriptedAuthority;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A new certificate for one of our own listeners, when an operator wants it. */
class ListenersApiTest {
    private final Vertx vertx = Vertx.vertx();
    private int port;
    private String token = "";

    @TempDir
    Path data;

    @BeforeEach
    void deploy() throws Exception {
        FleetBus.install(vertx);
        var web = new WebVerticle(
                new WebConfig("127.0.0.1", 0, List.of("localhost"), null, TlsSection.of(null)),
                new TlsConfig(TlsVersion.TLS_1_2, List.of(), false),
                data,
                new MovableClock(ScriptedAuthority.NOW));
        Await.result(vertx.deployVerticle(web));
        port = web.port();
        token = Files.readString(data.resolve("admin-token")).strip();
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void tells_what_is_served_once_a_listener_has_renewed() throws Exception {
        var validity = new Validity(ScriptedAuthority.NOW, ScriptedAuthority.NOW.plus(Duration.ofHours(1)));
        answer(new Renewed(SerialNumber.parse("abcdef"), ScriptedAuthority.NOW, validity, "embedded"));

        var reply = renew("broker");

        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        var told = new ObjectMapper().readTree(reply.body());
        assertThat(told.path("listener").asText()).isEqualTo("broker");
        assertThat(told.path("serial").asText()).isEqualTo("abcdef");
        assertThat(told.path("notAfter").asText()).isEqualTo(validity.notAfter().toString());
    }

    @Test
    void says_that_the_old_certificate_is_served_when_the_new_one_was_bad() throws Exception {
        answer(new Kept("rolled_back", "another certificate is served"));

        var reply = renew("broker");

        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.body()).contains("another certificate is served; the old one is served");
    }

    @Test
    void knows_only_our_own_listeners() throws Exception {
        assertThat(renew("elsewhere").status()).isEqualTo(404);
        var absent = renew("gui");
        assertThat(absent.status()).as(absent.body()).isEqualTo(503);
    }

    private void answer(RenewListenerOutcome outcome) {
        Await.result(FleetBus.renewListener("broker").serve(vertx, asked -> Future.succeededFuture(outcome)));
    }

    private Reply renew(String listener) {
        return RawHttp.send(
                "127.0.0.1",
                port,
                "POST /api/v1/listeners/" + listener + "/renew",
                List.of("Authorization: Bearer " + token, "Content-Type: application/json"),
                "{}");
    }
}
