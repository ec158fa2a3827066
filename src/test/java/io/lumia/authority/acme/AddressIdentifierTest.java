package io.lumia.authority.acme;

import static io.lumia.authority.acme.AcmeConversation.identifier;
import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.crypto.KeyPairs;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RFC 8738. */
class AddressIdentifierTest {
    @TempDir
    Path data;

    private AcmeConversation acme;

    @BeforeEach
    void start() {
        acme = new AcmeConversation(data, settings -> settings.allowed = List.of("127.0.0.1"));
    }

    @AfterEach
    void stop() {
        acme.close();
    }

    @Test
    void proves_an_address_over_http_and_certifies_it() {
        var order = acme.orderWith("", identifier("ip", "127.0.0.1"));
        assertThat(order.body().path("identifiers").get(0).path("type").asText())
                .isEqualTo("ip");
        assertThat(acme.prove(order)).isEqualTo("valid");

        assertThat(acme.finish(order, KeyPairs.p256(), "127.0.0.2").type()).isEqualTo("badCSR");
        var done = acme.finish(order, KeyPairs.p256(), "127.0.0.1");

        assertThat(done.body().path("status").asText()).isEqualTo("valid");
        assertThat(acme.harness.issuer.asked.get(0).names()).containsExactly("127.0.0.1");
    }

    @Test
    void asks_a_web_server_at_an_ipv6_address() {
        var host = new String[1];
        try (var six = new AcmeConversation(data.resolve("six"), settings -> {
            settings.allowed = List.of("::1");
            settings.http01Port = 0;
        })) {
            var web = six.harness
                    .vertx
                    .createHttpServer()
                    .requestHandler(request -> {
                        host[0] = request.getHeader("Host");
                        six.harness.answer(request);
                    })
                    .listen(six.harness.webPort(), "::1")
                    .await();
            assertThat(web.actualPort()).isPositive();
            var order = six.orderWith("", identifier("ip", "0:0:0:0:0:0:0:1"));
            assertThat(order.body().path("identifiers").get(0).path("value").asText())
                    .isEqualTo("::1");
            assertThat(six.prove(order)).isEqualTo("valid");
            assertThat(host[0]).isEqualTo("[::1]:" + six.harness.webPort());
            assertThat(six.finish(order, KeyPairs.p256(), "::1")
                            .body()
                            .path("status")
                            .asText())
                    .isEqualTo("valid");
        }
    }

    @Test
    void does_not_ask_addresses_that_are_closed() {
        for (String closed : List.of("127.0.0.2", "169.254.169.254", "::1", "fe80::1", "0.0.0.0")) {
            var order = acme.orderWith("", identifier("ip", closed));
            assertThat(acme.prove(order)).isEqualTo("invalid");
            assertThat(acme.error(order).path("detail").asText()).contains("allowed-networks");
        }
    }

    @Test
    void refuses_what_is_no_address() {
        for (String wrong : List.of("www.example.test", "10.0.0", "10.0.0.256", "::1%lo", "10.0.0.0/8", "")) {
            assertThat(acme.orderWith("", identifier("ip", wrong)).type())
                    .as(wrong)
                    .isEqualTo("malformed");
        }
    }
}
