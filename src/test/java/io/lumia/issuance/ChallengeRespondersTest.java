package io.lumia.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.access.AddressRange;
import io.lumia.fakes.Await;
import io.lumia.fakes.FreePort;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChallengeRespondersTest {
    private static final InetAddress LOOPBACK = AddressRange.address("127.0.0.1");

    private final Vertx vertx = Vertx.vertx();
    private final int port = FreePort.on(LOOPBACK);
    private final ChallengeResponders responders = new ChallengeResponders(vertx, port, "set agent.http01-port");

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void answers_several_identities_on_one_address_by_token_and_closes_with_the_last() {
        Await.result(responders.open(LOOPBACK, "one", "one.thumb"));
        Await.result(responders.open(LOOPBACK, "two", "two.thumb"));
        assertThat(get("one")).isEqualTo("200 one.thumb");
        assertThat(get("two")).isEqualTo("200 two.thumb");
        assertThat(get("three")).startsWith("404");

        Await.result(responders.close(LOOPBACK, "one"));
        assertThat(get("one")).startsWith("404");
        assertThat(get("two")).isEqualTo("200 two.thumb");

        Await.result(responders.close(LOOPBACK, "two"));
        assertThat(responders.pending()).isZero();
        Await.failure(vertx.createNetClient().connect(port, "127.0.0.1"));
    }

    @Test
    void opens_again_while_it_is_still_closing() {
        Await.result(responders.open(LOOPBACK, "one", "one.thumb"));
        var closing = responders.close(LOOPBACK, "one");
        Await.result(responders.open(LOOPBACK, "two", "two.thumb"));
        Await.result(closing);
        assertThat(get("two")).isEqualTo("200 two.thumb");
        Await.result(responders.close(LOOPBACK, "two"));
    }

    @Test
    void says_which_port_is_taken() throws IOException {
        try (var taken = new ServerSocket(0, 1, LOOPBACK)) {
            var unlucky = new ChallengeResponders(vertx, taken.getLocalPort(), "set agent.http01-port");
            assertThat(Await.failure(unlucky.open(LOOPBACK, "one", "one.thumb")))
                    .isInstanceOf(IssuanceFailed.class)
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
                    .hasMessageContaining("agent.http01-port");
            assertThat(unlucky.pending()).isZero();
        }
    }

    private String get(String token) {
        // a client that nothing refers to is closed by the garbage collector
        var client = vertx.createHttpClient();
        return Await.result(client.request(HttpMethod.GET, port, "127.0.0.1", "/.well-known/acme-challenge/" + token)
                .compose(request -> request.send().compose(ChallengeRespondersTest::told))
                .eventually(client::close));
    }

    private static Future<String> told(HttpClientResponse response) {
        return response.body().map(body -> response.statusCode() + " " + body);
    }
}
