package io.lumia.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokensApiTest {
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
    void a_token_is_told_once_and_kept_as_a_hash() throws Exception {
        var token = web.token("ci", Role.OPERATOR);
        assertThat(token).matches("lumia_[A-Za-z0-9_-]{43}");
        assertThat(web.asAdmin("GET /api/v1/tokens", "").body()).doesNotContain(token);
        web.close();
        for (String file : new String[] {"lumia.db", "lumia.db-wal"}) {
            if (Files.exists(data.resolve(file))) {
                assertThat(Files.readString(data.resolve(file), java.nio.charset.StandardCharsets.ISO_8859_1))
                        .doesNotContain(token.substring(6));
            }
        }
        web = new WebHarness(data);
        assertThat(status("GET /api/v1/ca", token)).as("after a restart").isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "VIEWER, 200, 403, 403",
        "OPERATOR, 200, 404, 403",
        "ADMIN, 200, 404, 200",
    })
    void a_role_reads_acts_or_administers(Role role, int reads, int acts, int administers) {
        var token = web.token("who", role);
        assertThat(status("GET /api/v1/certificates", token)).isEqualTo(reads);
        assertThat(status("DELETE /api/v1/devices/dev-0002", token)).isEqualTo(acts);
        assertThat(status("GET /api/v1/tokens", token)).isEqualTo(administers);
        if (role != Role.ADMIN) {
            web.awaitAudited("who", "admin.authorize", "refused", "admin");
        }
    }

    @Test
    void an_operator_cannot_issue_what_carries_a_role() {
        var body = "{\"csr\":\"x\",\"profile\":\"PROFILE\"}";
        var token = web.token("op", Role.OPERATOR);
        var bearer = "Authorization: Bearer " + token;
        assertThat(web.send("POST /api/v1/certificates", body.replace("PROFILE", "server"), bearer)
                        .status())
                .isEqualTo(201);
        assertThat(web.send("POST /api/v1/certificates", body.replace("PROFILE", "admin"), bearer)
                        .status())
                .isEqualTo(403);
        assertThat(web.send("POST /api/v1/calls/authority.issue", "{}", bearer).status())
                .isEqualTo(403);
    }

    @Test
    void what_is_done_with_a_token_is_done_by_its_name() {
        var token = web.token("ci", Role.OPERATOR);
        var reply = web.send(
                "POST /api/v1/certificates",
                "{\"csr\":\"x\",\"profile\":\"server\"}",
                "Authorization: Bearer " + token);
        assertThat(reply.status()).isEqualTo(201);
        assertThat(web.authority.asked.get(0).requester()).isEqualTo("ci");
    }

    @Test
    void lists_who_made_it_when_it_was_used_and_that_it_expired() {
        var token = web.token("ci", Role.VIEWER);
        web.clock.advance(Duration.ofMinutes(10));
        assertThat(status("GET /api/v1/ca", token)).isEqualTo(200);
        io.lumia.fakes.Await.until(
                web.vertx,
                "its use is noted",
                () -> listed().path("lastUsedAt").asText().equals("2030-01-01T00:10:00Z"));
        assertThat(listed().path("createdBy").asText()).isEqualTo("admin");
        assertThat(listed().path("expired").asBoolean()).isFalse();
        web.clock.advance(Duration.ofMinutes(50));
        assertThat(status("GET /api/v1/ca", token)).isEqualTo(401);
        assertThat(listed().path("expired").asBoolean()).isTrue();
    }

    @Test
    void a_removed_token_lets_nobody_in() {
        var token = web.token("ci", Role.VIEWER);
        assertThat(web.asAdmin("DELETE /api/v1/tokens/ci", "").status()).isEqualTo(200);
        assertThat(status("GET /api/v1/ca", token)).isEqualTo(401);
        assertThat(web.asAdmin("DELETE /api/v1/tokens/ci", "").status()).isEqualTo(404);
        web.awaitAudited("admin", "token.add", "ok", "viewer");
        web.awaitAudited("admin", "token.remove", "ok", "");
    }

    @Test
    void a_name_is_given_once() {
        web.token("ci", Role.VIEWER);
        assertThat(web.asAdmin("POST /api/v1/tokens", "{\"name\":\"ci\",\"role\":\"viewer\"}")
                        .status())
                .isEqualTo(409);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"name\":\"admin\",\"role\":\"viewer\"}",
                "{\"name\":\"certificate:x\",\"role\":\"viewer\"}",
                "{\"name\":\"a\\r\\nb\",\"role\":\"viewer\"}",
                "{\"name\":\"\",\"role\":\"viewer\"}",
                "{\"name\":\"ci\",\"role\":\"root\"}",
                "{\"name\":\"ci\"}",
                "{\"name\":\"ci\",\"role\":\"viewer\",\"validity\":\"0s\"}",
                "{\"name\":\"ci\",\"role\":\"viewer\",\"validity\":\"9999d\"}",
            })
    void refuses_what_is_no_name_role_or_validity(String body) {
        assertThat(web.asAdmin("POST /api/v1/tokens", body).status()).isEqualTo(400);
    }

    private com.fasterxml.jackson.databind.JsonNode listed() {
        return WebHarness.json(web.asAdmin("GET /api/v1/tokens", ""))
                .path("tokens")
                .get(0);
    }

    private int status(String start, String token) {
        return web.send(start, "", "Authorization: Bearer " + token).status();
    }
}
