package io.lumia.web;

import static io.lumia.fakes.ScriptedCaRotation.status;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.bus.FleetBus.CaRotationChange;
import io.lumia.bus.FleetBus.ChangeCaRotation;
import io.lumia.bus.FleetBus.DescribeCaRotation;
import io.lumia.bus.FleetBus.StartCaRotation;
import io.lumia.bus.FleetBus.Straggler;
import io.lumia.bus.FleetBus.TrustHolder;
import io.lumia.fakes.Await;
import io.lumia.fakes.RawHttp.Reply;
import io.lumia.fakes.ScriptedAuthority;
import io.lumia.fakes.ScriptedCaRotation;
import io.lumia.lifecycle.CaRotation.Kind;
import io.lumia.lifecycle.CaRotation.Phase;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** A rotation of root or intermediate over the admin API. */
class CaRotationApiTest {
    private static final String PATH = " /api/v1/ca/rotation";
    private static final List<Straggler> AWAY = List.of(
            new Straggler(TrustHolder.DEVICE, "dev-0001", ScriptedAuthority.NOW, "has not confirmed the roots"),
            new Straggler(TrustHolder.BROKER, "site-a", null, "never confirmed roots"));

    private final ScriptedCaRotation rotation = new ScriptedCaRotation();

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
    void a_viewer_is_told_all_that_the_document_promises() {
        serve();
        rotation.tell(status(Kind.ROOT, Phase.SPREADING, 7, AWAY.toArray(Straggler[]::new)));

        var reply = web.send("GET" + PATH, "", bearer("looker", Role.VIEWER));

        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        var told = WebHarness.json(reply);
        assertThat(names(told)).containsExactlyInAnyOrderElementsOf(promised());
        assertThat(told.path("id").asText()).isEqualTo("rotation-1");
        assertThat(told.path("kind").asText()).isEqualTo("root");
        assertThat(told.path("phase").asText()).isEqualTo("spreading");
        assertThat(told.path("startedAt").asText()).isEqualTo("2029-12-31T22:00:00Z");
        assertThat(told.path("since").asText()).isEqualTo("2029-12-31T23:00:00Z");
        assertThat(told.path("actor").asText()).isEqualTo("ann");
        assertThat(texts(told, "oldRoot", "newRoot", "oldIssuer", "newIssuer", "bundleFingerprint"))
                .containsExactly("aa", "a2", "bb", "b2", "cc");
        assertThat(told.path("adoption").toString())
                .isEqualTo("{\"broker\":{\"confirmed\":0,\"missing\":0},\"device\":{\"confirmed\":5,\"missing\":7}}");
        assertThat(told.path("ready").booleanValue()).isFalse();
        assertThat(told.path("blocked").asText()).isEqualTo("7 have not confirmed the published roots");
        assertThat(told.path("missing").asInt()).isEqualTo(7);
        assertThat(told.path("stragglers").toString())
                .isEqualTo("[{\"kind\":\"device\",\"name\":\"dev-0001\",\"lastSeen\":\"2030-01-01T00:00:00Z\","
                        + "\"detail\":\"has not confirmed the roots\"},{\"kind\":\"broker\",\"name\":\"site-a\","
                        + "\"lastSeen\":null,\"detail\":\"never confirmed roots\"}]");
        assertThat(rotation.asked).containsExactly(new DescribeCaRotation());
    }

    @Test
    void where_there_never_was_a_rotation_there_are_no_times() {
        serve();
        var told = WebHarness.json(web.asAdmin("GET" + PATH, ""));
        assertThat(names(told)).containsExactlyInAnyOrderElementsOf(promised());
        assertThat(told.path("phase").asText()).isEqualTo("idle");
        for (String member : List.of("id", "startedAt", "since", "newRoot", "newIssuer")) {
            assertThat(told.path(member).isNull()).as(member).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"root", "intermediate"})
    void begins_in_the_name_of_the_operator(String kind) {
        serve();
        rotation.tell(status(Kind.ROOT, Phase.PREPARED));
        var reply = web.send("POST" + PATH, "{\"kind\":\"" + kind + "\"}", bearer("bob", Role.ADMIN));
        assertThat(reply.status()).as(reply.body()).isEqualTo(201);
        assertThat(WebHarness.json(reply).path("phase").asText()).isEqualTo("prepared");
        assertThat(rotation.asked).containsExactly(new StartCaRotation(kind.equals("intermediate"), "bob"));
    }

    @Test
    void takes_a_step_or_turns_back_in_the_name_of_the_operator() {
        serve();
        rotation.tell(status(Kind.ROOT, Phase.ISSUING));
        var bob = bearer("bob", Role.ADMIN);
        assertThat(List.of(
                        web.send("PATCH" + PATH, "{}", bob).status(),
                        web.send("PATCH" + PATH, "{\"force\":true}", bob).status(),
                        web.send("PATCH" + PATH, "{\"force\":false,\"revokeOld\":true}", bob)
                                .status(),
                        web.send("DELETE" + PATH, "", bob).status()))
                .containsOnly(200);
        assertThat(rotation.asked)
                .containsExactly(
                        new ChangeCaRotation(CaRotationChange.NEXT, false, false, "bob"),
                        new ChangeCaRotation(CaRotationChange.NEXT, true, false, "bob"),
                        new ChangeCaRotation(CaRotationChange.NEXT, false, true, "bob"),
                        new ChangeCaRotation(CaRotationChange.ABORT, false, false, "bob"));
    }

    @ParameterizedTest
    @EnumSource(
            value = Role.class,
            names = {"VIEWER", "OPERATOR"})
    void nobody_below_an_admin_changes_it(Role role) {
        serve();
        var bearer = bearer("who", role);
        assertThat(web.send("POST" + PATH, "{\"kind\":\"root\"}", bearer).status())
                .isEqualTo(403);
        assertThat(web.send("PATCH" + PATH, "{\"force\":true}", bearer).status())
                .isEqualTo(403);
        assertThat(web.send("DELETE" + PATH, "", bearer).status()).isEqualTo(403);
        assertThat(web.send("GET" + PATH, "").status()).as("a stranger").isEqualTo(401);
        assertThat(rotation.asked).isEmpty();
        assertThat(web.send("GET" + PATH, "", bearer).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST {\"kind\":\"leaf\"}",
                "POST {\"kind\":\"ROOT\"}",
                "POST {\"kind\":null}",
                "POST {\"kind\":true}",
                "POST {}",
                "POST {\"kind\":\"root\",\"force\":true}",
                "PATCH {\"force\":\"yes\"}",
                "PATCH {\"revokeOld\":null}",
                "PATCH {\"kind\":\"root\"}",
                "PATCH []"
            })
    void refuses_what_is_no_kind_or_no_step(String request) {
        serve();
        var parts = request.split(" ", 2);
        var reply = web.asAdmin(parts[0] + PATH, parts[1]);
        assertThat(reply.status()).as(reply.body()).isEqualTo(400);
        assertThat(rotation.asked).isEmpty();
    }

    @Test
    void says_which_kinds_there_are() {
        serve();
        assertThat(detail(web.asAdmin("POST" + PATH, "{\"kind\":\"leaf\"}")))
                .contains("'kind' must be root or intermediate", "leaf");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST {\"kind\":\"root\"}", "PATCH {}", "DELETE "})
    void says_why_it_is_not_possible_now(String request) {
        serve();
        rotation.refusal = "2 have not confirmed: site-a, dev-0001";
        var parts = request.split(" ", 2);
        var reply = web.asAdmin(parts[0] + PATH, parts[1]);
        assertThat(reply.status()).isEqualTo(409);
        assertThat(detail(reply)).isEqualTo(rotation.refusal);
        assertThat(reply.body()).startsWith("{\"type\":\"urn:lumia:problem:conflict\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET ", "POST {\"kind\":\"root\"}", "PATCH {}", "DELETE "})
    void says_that_no_authority_answers(String request) {
        var parts = request.split(" ", 2);
        var reply = web.asAdmin(parts[0] + PATH, parts[1]);
        assertThat(reply.status()).isEqualTo(503);
        assertThat(detail(reply)).contains("authority");
    }

    private void serve() {
        Await.result(rotation.serve(web.vertx));
    }

    private String bearer(String name, Role role) {
        return "Authorization: Bearer " + web.token(name, role);
    }

    private static String detail(Reply reply) {
        return WebHarness.json(reply).path("detail").asText();
    }

    private static List<String> names(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).toList();
    }

    private static List<String> texts(JsonNode object, String... members) {
        return List.of(members).stream()
                .map(member -> object.path(member).asText())
                .toList();
    }

    private static List<String> promised() {
        JsonNode document = new ObjectMapper().valueToTree(new Yaml().load(ApiDocument.yaml()));
        return names(document.at("/components/schemas/CaRotation/properties"));
    }
}
