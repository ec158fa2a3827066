package io.lumia.authority.acme;

import static io.lumia.fakes.Await.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.AlpnResponder;
import io.lumia.fakes.AlpnResponder.Sheet;
import io.lumia.fakes.RawAcme.Reply;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsAlpn01ValidationTest {
    private static final String NAME = "tls.example.test";

    @TempDir
    Path data;

    private final Vertx vertx = Vertx.vertx();
    private final AlpnResponder responder = new AlpnResponder(vertx, "acme-tls/1");
    private AcmeConversation acme;

    @BeforeEach
    void start() {
        acme = new AcmeConversation(data, settings -> settings.tlsAlpn01Port = responder.port());
        acme.harness.dns.with(NAME, "127.0.0.1").with("other.example.test", "127.0.0.1");
    }

    @AfterEach
    void stop() {
        acme.close();
        vertx.close().await();
    }

    @Test
    void proves_a_name_by_the_certificate_of_a_handshake() {
        var order = acme.order(NAME);
        responder.show(good(order));

        assertThat(verdict(order)).isEqualTo("valid");

        until(vertx, "the responder was asked", () -> responder.serverNames.equals(List.of(NAME)));
        var done = acme.finish(order, KeyPairs.p256(), NAME);
        assertThat(done.body().path("status").asText()).isEqualTo("valid");
    }

    @Test
    void asks_anew_for_each_order() {
        for (String name : List.of(NAME, "other.example.test", NAME)) {
            var order = acme.order(name);
            responder.show(new Sheet().dns(name).proving(acme.keyAuthorization(acme.challenge(order, "tls-alpn-01"))));
            assertThat(verdict(order)).isEqualTo("valid");
        }
        var order = acme.order(NAME);
        assertThat(verdict(order)).as("the certificate of the order before").isEqualTo("invalid");
    }

    @Test
    void proves_an_address_that_is_asked_for_by_its_reverse_name() {
        var order = acme.orderWith("", AcmeConversation.identifier("ip", "127.0.0.1"));
        assertThat(acme.authorization(order).path("identifier").path("type").asText())
                .isEqualTo("ip");
        var keyAuthorization = acme.keyAuthorization(acme.challenge(order, "tls-alpn-01"));
        responder.show(new Sheet().address("127.0.0.1").proving(keyAuthorization));

        assertThat(verdict(order)).isEqualTo("valid");

        until(
                vertx,
                "the responder was asked by the reverse name",
                () -> responder.serverNames.equals(List.of("1.0.0.127.in-addr.arpa")));
    }

    @Test
    void refuses_a_certificate_that_is_not_exactly_as_demanded() {
        refuses("critical", order -> good(order).critical(false));
        refuses("digest", order -> good(order).proving("another.key"));
        refuses("critical acmeIdentifier", order -> new Sheet().dns(NAME));
        refuses("this one alone", order -> good(order).dns("more.example.test"));
        refuses("this one alone", order -> new Sheet().proving("x"));
        refuses("this one alone", order -> new Sheet().dns("other.example.test").proving("x"));
        refuses("this one alone", order -> good(order).address("127.0.0.1"));
        refuses("self-signed", order -> good(order).selfSigned(false));
    }

    @Test
    void judges_names_and_addresses_apart() {
        var address = new Sheet().address("2001:db8::1").proving("key").certificate();
        assertThat(TlsAlpn01Certificate.fault(address, "2001:db8::1", "key")).isEmpty();
        assertThat(TlsAlpn01Certificate.fault(address, "2001:db8::2", "key")).isPresent();
        var disguised = new Sheet().dns("192.0.2.1").proving("key").certificate();
        assertThat(TlsAlpn01Certificate.fault(disguised, "192.0.2.1", "key")).isPresent();
        var upper = new Sheet().dns("TLS.Example.Test").proving("key").certificate();
        assertThat(TlsAlpn01Certificate.fault(upper, NAME, "key")).isEmpty();
    }

    @Test
    void wants_the_protocol_and_a_finished_handshake() {
        try (var http = new AcmeConversation(
                data.resolve("http"),
                settings -> settings.tlsAlpn01Port = new AlpnResponder(vertx, "http/1.1").port())) {
            http.harness.dns.with(NAME, "127.0.0.1");
            var order = http.order(NAME);
            assertThat(http.verdict(order, "tls-alpn-01")).isEqualTo("invalid");
            assertThat(http.error(order).path("detail").asText()).contains("acme-tls/1", "127.0.0.1");
        }
        var mute = vertx.createNetServer()
                .connectHandler(socket -> {})
                .listen(0, "127.0.0.1")
                .await();
        try (var slow = new AcmeConversation(data.resolve("slow"), settings -> {
            settings.timeout = Duration.ofMillis(1500);
            settings.tlsAlpn01Port = mute.actualPort();
        })) {
            slow.harness.dns.with(NAME, "127.0.0.1");
            var order = slow.order(NAME);
            assertThat(slow.verdict(order, "tls-alpn-01")).isEqualTo("invalid");
            assertThat(slow.error(order).path("detail").asText()).contains("1500 ms");
        }
    }

    @Test
    void does_not_connect_to_addresses_that_are_closed() {
        try (var strict = new AcmeConversation(data.resolve("strict"), settings -> {
            settings.allowed = List.of();
            settings.tlsAlpn01Port = responder.port();
        })) {
            strict.harness.dns.with(NAME, "127.0.0.1");
            for (Reply order :
                    List.of(strict.order(NAME), strict.orderWith("", AcmeConversation.identifier("ip", "127.0.0.1")))) {
                assertThat(strict.verdict(order, "tls-alpn-01")).isEqualTo("invalid");
                assertThat(strict.error(order).path("detail").asText()).contains("authority.acme.allowed-networks");
            }
        }
        var order = acme.order("other.example.test");
        responder.show(good(order));
        assertThat(verdict(order)).isEqualTo("invalid");
        until(vertx, "the last alone came", () -> responder.serverNames.equals(List.of("other.example.test")));
    }

    private interface Wrong {
        Sheet of(Reply order);
    }

    private void refuses(String detail, Wrong wrong) {
        var order = acme.order(NAME);
        responder.show(wrong.of(order));
        assertThat(verdict(order)).isEqualTo("invalid");
        assertThat(acme.error(order).path("type").asText()).endsWith(":unauthorized");
        assertThat(acme.error(order).path("detail").asText()).contains(detail);
    }

    private Sheet good(Reply order) {
        return new Sheet().dns(NAME).proving(acme.keyAuthorization(acme.challenge(order, "tls-alpn-01")));
    }

    private String verdict(Reply order) {
        return acme.verdict(order, "tls-alpn-01");
    }
}
