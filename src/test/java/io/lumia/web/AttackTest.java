package io.lumia.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.fakes.RawHttp;
import io.lumia.fakes.RawHttp.Reply;
import io.lumia.fakes.RawTls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an attacker tries at the admin API: each is refused, nothing comes of it, and the audit tells of it. */
class AttackTest {
    private static final String NOBODY = Authentication.NOBODY;

    @TempDir
    static Path data;

    private static WebHarness web;

    @BeforeAll
    static void deploy() throws Exception {
        web = new WebHarness(data, Duration.ofSeconds(1));
    }

    /** What is told of one address is limited, until some time has passed. */
    @BeforeEach
    void begin_anew() {
        web.clock.advance(Duration.ofHours(1));
        web.audited.clear();
    }

    @AfterAll
    static void close() {
        assertThat(web.authority.asked).as("nothing was issued").isEmpty();
        web.close();
    }

    @Test
    void without_a_token() {
        refused(web.send("POST /api/v1/certificates", "{\"csr\":\"x\",\"profile\":\"server\"}"), 401, "unauthorized");
        web.awaitAudited(NOBODY, "admin.authenticate", "refused", "nothing-shown");
    }

    @Test
    void with_a_viewers_token() {
        var token = web.token("watcher", Role.VIEWER);
        refused(
                web.send(
                        "POST /api/v1/certificates",
                        "{\"csr\":\"x\",\"profile\":\"server\"}",
                        "Authorization: Bearer " + token),
                403,
                "forbidden");
        web.awaitAudited("watcher", "admin.authorize", "refused", "operator");
    }

    @Test
    void with_a_forged_cookie() {
        var reply = web.send(
                "GET /api/v1/certificates",
                "",
                "Cookie: lumia-" + web.port + "=" + "A".repeat(43) + "; lumia-session=admin; role=admin");
        refused(reply, 401, "unauthorized");
        assertThat(reply.head()).containsIgnoringCase("Max-Age=0");
        web.awaitAudited(NOBODY, "admin.authenticate", "refused", "no-session");
    }

    @Test
    void from_another_site_with_the_browsers_cookie() {
        var cookie = web.cookie(web.token);
        for (String type : new String[] {"text/plain", "application/x-www-form-urlencoded", "application/json"}) {
            refused(
                    web.send(
                            "POST /api/v1/certificates",
                            "{\"csr\":\"x\",\"profile\":\"server\"}",
                            cookie,
                            "Content-Type: " + type,
                            "Origin: https://evil.example",
                            "Sec-Fetch-Site: cross-site"),
                    403,
                    "cross-site");
        }
        web.awaitAudited("admin", "admin.authenticate", "refused", "cross-site");
    }

    @Test
    void from_another_site_that_calls_itself_ours() {
        refused(
                web.send(
                        "GET /api/v1/status",
                        "",
                        "Authorization: Bearer " + web.token,
                        "Host: evil.example:" + web.port),
                421,
                "wrong-host");
        web.awaitAudited(NOBODY, "admin.request", "refused", "wrong-host");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/../../etc/passwd",
                "/api/v1/certificates/..%2f..%2fadmin-token",
                "/api/v1/certificates/%2e%2e/ca",
                "/api/v1/certificates/%252e%252e%252fca",
                "/api/v1/certificates/..%5cca",
                "/api/v1/certificates/a%00b",
                "/api/v1/devices/a%0d%0aSet-Cookie:%20lumia=forged",
                "/api/v1/devices/%",
            })
    void by_a_path_that_leads_elsewhere(String path) {
        var reply = web.asAdmin("GET " + path, "");
        refused(reply, 400, "malformed-path");
        assertThat(reply.head()).doesNotContain("forged");
        web.awaitAudited(NOBODY, "admin.request", "refused", "malformed-path");
        assertThat(web.audited)
                .allSatisfy(act -> assertThat(act.details().get("request")).doesNotContain("\r", "\n"));
    }

    @Test
    void by_an_upload_without_end() {
        refused(web.asAdmin("POST /api/v1/certificates", "x".repeat(70_000)), 413, "too-large");
        web.awaitAudited("admin", "admin.request", "refused", "too-large");
        refused(web.send("POST /login", "x".repeat(5000)), 413, "too-large");
        var chunks = web.asAdminRaw(
                "POST /api/v1/certificates",
                "Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n",
                ("1000\r\n" + "x".repeat(0x1000) + "\r\n").repeat(40));
        refused(chunks, 413, "too-large");
    }

    @Test
    void by_headers_and_addresses_without_end() {
        refused(web.send("GET /api/v1/ca", "", "X-Long: " + "x".repeat(9000)), 431, "headers-too-large");
        refused(web.send("GET /api/v1/ca?query=" + "x".repeat(5000), ""), 414, "address-too-long");
        web.awaitAudited(NOBODY, "admin.request", "refused", "malformed-request");
    }

    @Test
    void by_a_body_that_does_not_come() {
        try (var slow = new RawTls(web.port, false)) {
            slow.send("POST /api/v1/certificates HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + web.token
                    + "\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{");
            assertThat(slow.isClosedWhileSending(" ".repeat(200), 100))
                    .as("closed after a second, though something comes all the time")
                    .isTrue();
        }
        web.awaitAudited("admin", "admin.request", "refused", "incomplete-body");
    }

    @Test
    void by_a_body_of_somebody_unknown_which_nobody_waits_for() {
        try (var slow = new RawTls(web.port, false)) {
            slow.send("POST /api/v1/certificates HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n{");
            assertThat(slow.answer().status()).isEqualTo(401);
            assertThat(slow.isClosedWhileSending(" ".repeat(200), 100)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Request-Id: abcdefgh\rSet-Cookie: a=forged",
                "X-Request-Id : abcdefgh",
                "Content-Length: 1\r\nContent-Length: 2",
            })
    void by_headers_that_two_servers_read_in_two_ways(String headers) {
        var reply = RawHttp.raw(
                "127.0.0.1",
                web.port,
                "GET /api/v1/ca HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer " + web.token
                        + "\r\n" + headers + "\r\n\r\n");
        assertThat(reply.status()).as(reply.toString()).isEqualTo(400);
        assertThat(reply.head()).doesNotContain("forged");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Request-Id: <script>alert(1)</script>", "X-Request-Id: a'\"; drop table certificates"})
    void by_a_header_that_comes_back(String header) {
        assertThat(web.send("GET /api/v1/ca", "", header).head()).doesNotContain("alert", "drop");
    }

    @Test
    void by_markup_in_values_that_are_told_back() {
        var markup = "%3Cscript%3Ealert(1)%3C/script%3E";
        for (String path : new String[] {
            "/api/v1/certificates?status=" + markup,
            "/api/v1/certificates?size=" + markup,
            "/api/v1/devices/" + markup.replace("/", "")
        }) {
            var reply = web.asAdmin((path.contains("devices") ? "DELETE " : "GET ") + path, "");
            refused(reply, 400, "bad-request");
            assertThat(reply.head().toLowerCase(Locale.ROOT))
                    .contains("x-content-type-options: nosniff", "content-security-policy: default-src 'none'");
        }
    }

    /** Whatever is refused is JSON that no browser takes for a page. */
    private static void refused(Reply reply, int status, String kind) {
        assertThat(reply.status()).as(reply.toString()).isEqualTo(status);
        assertThat(reply.head()).containsIgnoringCase("content-type: application/problem+json");
        assertThat(reply.body()).contains("urn:lumia:problem:" + kind);
    }
}
