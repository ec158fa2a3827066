package io.lumia.authority;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.fakes.AcmeSettings;
import io.lumia.fakes.RawHttp.Reply;
import io.lumia.fakes.RawTls;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GreedyClientTest {
    private static final int MANY = 200;
    private static final String PART = "10000\r\n" + "x".repeat(65_536) + "\r\n";

    @TempDir
    Path data;

    private AuthorityFixture fixture;

    @BeforeEach
    void start() {
        var settings = new AcmeSettings();
        settings.requestTimeout = Duration.ofSeconds(4);
        fixture = new AuthorityFixture(data, AuthorityFixture.config(settings), Clock.systemUTC());
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @ParameterizedTest
    @CsvSource({"/acme/acme/new-order, true", "/sign, true", "/ocsp, false", "/nowhere, true"})
    void a_body_that_is_announced_as_too_long_is_refused_unread_and_the_connection_closed(String path, boolean tls) {
        try (var connection = open(tls)) {
            connection.send(head(path, "Content-Length: 10000000") + "x");
            assertTooLong(connection.answer());
            assertThat(connection.isClosed()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"/acme/acme/new-order, true", "/sign, true", "/ocsp, false"})
    void a_body_of_unknown_length_is_refused_where_it_gets_too_long(String path, boolean tls) {
        try (var connection = open(tls)) {
            connection.send(head(path, "Transfer-Encoding: chunked") + PART + PART + PART);
            assertTooLong(connection.answer());
            assertThat(connection.isClosed()).isTrue();
        }
    }

    @Test
    void many_long_bodies_at_once_are_not_kept() {
        var open = new ArrayList<RawTls>();
        try {
            for (int i = 0; i < MANY; i++) {
                var connection = open(false);
                open.add(connection);
                connection.send(head("/ocsp", "Content-Length: 10000000") + "x".repeat(1000));
            }
            for (RawTls connection : open) {
                assertTooLong(connection.answer());
            }
            assertThat(open).allMatch(RawTls::isClosed);
        } finally {
            open.forEach(RawTls::close);
        }
        assertHealthy();
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void who_sends_byte_by_byte_is_cut_off_and_harms_nobody(boolean tls) {
        try (var headers = open(tls);
                var body = open(tls)) {
            body.send(head(tls ? "/acme/acme/new-order" : "/ocsp", "Content-Length: 1000"));
            assertHealthy();
            assertThat(headers.isClosedWhileSending("POST /ocsp HTTP/1.1\r\nX-Slow: " + "x".repeat(1000), 50))
                    .isTrue();
            assertThat(body.isClosedWhileSending("x".repeat(1000), 50)).isTrue();
            assertHealthy();
        }
    }

    @Test
    void an_address_that_is_too_long_is_told() {
        try (var connection = open(false)) {
            connection.send("GET /ocsp/" + "A".repeat(1_000_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(connection.answer().status()).isEqualTo(414);
            assertThat(connection.isClosed()).isTrue();
        }
        assertHealthy();
    }

    private void assertHealthy() {
        try (var connection = open(true)) {
            assertThat(connection
                            .exchange("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .status())
                    .isEqualTo(200);
        }
    }

    private static void assertTooLong(Reply reply) {
        assertThat(reply.status()).isEqualTo(413);
        assertThat(List.of(reply.head().toLowerCase(java.util.Locale.ROOT)))
                .allSatisfy(head -> assertThat(head).contains("application/problem+json", "connection: close"));
    }

    private RawTls open(boolean tls) {
        return new RawTls(tls ? fixture.authority.httpsPort() : fixture.authority.httpPort(), tls);
    }

    private static String head(String path, String length) {
        return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/jose+json\r\n" + length
                + "\r\n\r\n";
    }
}
