package io.lumia.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.fakes.RawTls;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConnectionGuardTest {
    private static final String GOOD = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private final Vertx vertx = Vertx.vertx();
    private HttpServer server;

    @BeforeEach
    void start() {
        var guard = new ConnectionGuard(vertx, Duration.ofMinutes(1), Duration.ofSeconds(2));
        server = vertx.createHttpServer(Listeners.options("127.0.0.1", 0))
                .connectionHandler(guard::opened)
                .requestHandler(request -> {
                    guard.arrived(request.connection());
                    request.response().endHandler(sent -> guard.answered(request.connection()));
                    var unused = request.response().end("ok");
                })
                .listen()
                .await();
    }

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    @Test
    void a_later_request_of_a_connection_has_its_time_too() {
        try (var connection = new RawTls(server.actualPort(), false)) {
            for (int i = 0; i < 3; i++) {
                assertThat(connection.exchange(GOOD).status()).isEqualTo(200);
            }
            assertThat(connection.isClosedWhileSending("GET / HTTP/1.1\r\nX-Slow: " + "x".repeat(500), 50))
                    .isTrue();
        }
    }
}
