package io.lumia.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.fakes.RawHttp;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionTest {
    private static final String OURS = "Sec-Fetch-Site: same-origin";

    @TempDir
    Path data;

    private WebHarness web;

    @BeforeEach
    void deploy() throws Exception {
        web = new WebHarness(data);
    }

    @AfterEach
    void close() {
        web.close();
    }

    @Test
    void a_token_becomes_a_cookie_that_no_script_reads_and_no_other_site_makes_the_browser_send() {
        var reply = web.send("POST /login", "{\"token\":\"" + web.token + "\"}");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(WebHarness.json(reply).path("role").asText()).isEqualTo("admin");
        assertThat(reply.head())
                .containsIgnoringCase("set-cookie: lumia-" + web.port + "=")
                .containsIgnoringCase("HttpOnly")
                .containsIgnoringCase("SameSite=Strict")
                .containsIgnoringCase("Path=/")
                .doesNotContain(web.token);
        web.awaitAudited("admin", "admin.login", "ok", "admin");
    }

    @Test
    void the_cookie_lets_in_until_logout() {
        var cookie = web.cookie(web.token);
        var session = web.send("GET /api/v1/session", "", cookie);
        assertThat(WebHarness.json(session).path("how").asText()).isEqualTo("session");
        var logout = web.send("POST /logout", "", cookie, OURS);
        assertThat(logout.status()).isEqualTo(204);
        assertThat(logout.head()).containsIgnoringCase("Max-Age=0");
        assertThat(web.send("GET /api/v1/session", "", cookie).status()).isEqualTo(401);
        web.awaitAudited("admin", "admin.logout", "ok", "");
    }

    @Test
    void a_session_ends_when_idle_and_when_it_lasted_long_enough() {
        var idle = web.cookie(web.token);
        web.clock.advance(Duration.ofMinutes(30));
        assertThat(status(idle)).isEqualTo(401);

        var busy = web.cookie(web.token);
        for (int i = 0; i < 24; i++) {
            assertThat(status(busy)).isEqualTo(200);
            web.clock.advance(Duration.ofMinutes(29).plusSeconds(59));
        }
        assertThat(status(busy)).as("after 11 h 59 min 36 s").isEqualTo(200);
        web.clock.advance(Duration.ofSeconds(24));
        assertThat(status(busy)).as("after 12 h").isEqualTo(401);
    }

    @Test
    void a_session_ends_with_its_token() {
        var removed = web.cookie(web.token("ci", Role.OPERATOR));
        assertThat(status(removed)).isEqualTo(200);
        assertThat(web.asAdmin("DELETE /api/v1/tokens/ci", "").status()).isEqualTo(200);
        assertThat(status(removed)).isEqualTo(401);

        var anew = web.cookie(web.token("ci", Role.VIEWER));
        assertThat(status(removed))
                .as("a token of the same name revives no session")
                .isEqualTo(401);
        web.clock.advance(Duration.ofMinutes(20));
        assertThat(status(anew)).isEqualTo(200);
        web.clock.advance(Duration.ofMinutes(20));
        assertThat(status(anew)).isEqualTo(200);
        web.clock.advance(Duration.ofMinutes(20));
        assertThat(status(anew)).as("the token has expired after an hour").isEqualTo(401);
    }

    @Test
    void logging_in_again_ends_the_session_before() {
        var first = web.cookie(web.token);
        var reply = web.send("POST /login", "{\"token\":\"" + web.token + "\"}", first, OURS);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(status(first)).isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource({
        "Sec-Fetch-Site: same-origin, 404",
        "Sec-Fetch-Site: same-site, 403",
        "Sec-Fetch-Site: cross-site, 403",
        "Sec-Fetch-Site: none, 403",
        "Origin: http://localhost:PORT, 404",
        "Origin: http://LOCALHOST:PORT, 404",
        "Origin: https://localhost:PORT, 403",
        "Origin: http://localhost, 403",
        "Origin: http://evil.example, 403",
        "Origin: null, 403",
        "X-Nothing: told, 403",
    })
    void with_a_cookie_only_our_own_pages_change_something(String header, int status) {
        var reply = web.send(
                "DELETE /api/v1/devices/dev-0002",
                "",
                web.cookie(web.token),
                header.replace("PORT", Integer.toString(web.port)));
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        if (status == 403) {
            assertThat(reply.body()).contains("cross-site");
            web.awaitAudited("admin", "admin.authenticate", "refused", "cross-site");
        }
    }

    @Test
    void a_login_that_is_no_json_is_refused_and_a_logout_needs_no_body() {
        assertThat(web.send("POST /login", "token=" + web.token, "Content-Type: text/plain")
                        .status())
                .isEqualTo(415);
        assertThat(RawHttp.send("127.0.0.1", web.port, "POST /logout", List.of(), "")
                        .status())
                .isEqualTo(204);
    }

    @Test
    void another_site_cannot_log_a_browser_in() {
        var reply = web.send("POST /login", "{\"token\":\"" + web.token + "\"}", "Sec-Fetch-Site: cross-site");
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.head()).doesNotContainIgnoringCase("set-cookie");
    }

    @Test
    void guesses_are_throttled_for_one_address_and_the_right_token_waits_as_well() {
        for (int i = 0; i < 10; i++) {
            assertThat(login("127.0.0.5", "wrong")).isEqualTo(401);
        }
        assertThat(login("127.0.0.5", web.token)).isEqualTo(429);
        assertThat(login("127.0.0.6", web.token)).isEqualTo(200);
        web.clock.advance(Duration.ofSeconds(6));
        assertThat(login("127.0.0.5", web.token)).isEqualTo(200);
        web.awaitAudited("unknown", "admin.login", "refused", "too-many-failures");
    }

    private int login(String address, String token) {
        return web.from(address, "POST /login", "{\"token\":\"" + token + "\"}").status();
    }

    private int status(String cookie) {
        return web.send("GET /api/v1/ca", "", cookie).status();
    }
}
