package io.lumia.web;

import static io.lumia.fakes.ScriptedCaRotation.status;
import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus.CaRotationChange;
import io.lumia.bus.FleetBus.ChangeCaRotation;
import io.lumia.bus.FleetBus.DescribeCaRotation;
import io.lumia.bus.FleetBus.StartCaRotation;
import io.lumia.bus.FleetBus.Straggler;
import io.lumia.bus.FleetBus.TrustHolder;
import io.lumia.fakes.Await;
import io.lumia.fakes.RawHttp.Reply;
import io.lumia.fakes.ScriptedCaRotation;
import io.lumia.lifecycle.CaRotation.Kind;
import io.lumia.lifecycle.CaRotation.Phase;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the CA page shows of a rotation, and the questions before each step, as a browser without scripts uses them. */
class CaRotationPagesTest {
    private static final String FORM = "Content-Type: application/x-www-form-urlencoded";
    private static final String OURS = "Sec-Fetch-Site: same-origin";
    private static final String HTML = "Accept: text/html";
    private static final Pattern BUTTON = Pattern.compile("href=\"/ca/rotation/([a-z-]+)\"");
    private static final Straggler AWAY =
            new Straggler(TrustHolder.DEVICE, "dev-0001", null, "has not confirmed the roots");

    private final ScriptedCaRotation rotation = new ScriptedCaRotation();

    @TempDir
    Path data;

    private WebHarness web;
    private String admin = "";

    @BeforeEach
    void start() throws Exception {
        web = new WebHarness(data);
        Await.result(rotation.serve(web.vertx));
        admin = web.cookie(web.token);
    }

    @AfterEach
    void stop() {
        web.close();
    }

    @Test
    void where_there_never_was_a_rotation_one_can_begin() {
        var section = section(admin);
        assertThat(section)
                .contains("<span class=\"badge\">idle</span> there was no rotation yet")
                .doesNotContain("Since", "Waits for", "Next step", "Missing");
        assertThat(buttons(section)).containsExactly("start-root", "start-intermediate");
    }

    @Test
    void who_is_missing_is_named_and_the_others_are_counted() {
        rotation.tell(status(Kind.ROOT, Phase.SPREADING, 1234, AWAY));
        var section = section(admin);
        assertThat(section)
                .contains("<span class=\"badge\">spreading</span>", "<dt>Started by</dt><dd>ann</dd>")
                .contains("<dt>Waits for</dt><dd>1234 have not confirmed the published roots</dd>")
                .contains("<dt>Next step</dt><dd>is taken by itself once everybody has confirmed both roots</dd>")
                .containsPattern("<dt>Device</dt><dd>5 confirmed, 1.?234 missing</dd>")
                .containsPattern("dev-0001</td><td[^>]*>Device</td><td[^>]*>has not confirmed the roots</td>")
                .containsPattern("and 1.?233 more")
                .doesNotContain("<dt>Broker</dt>", "<dt>Leaves</dt>");
        assertThat(buttons(section)).containsExactly("next", "abort");
    }

    @Test
    void certificates_that_drain_are_counted() {
        rotation.tell(status(Kind.ROOT, Phase.DRAINING, AWAY));
        assertThat(section(admin))
                .contains("<dt>Leaves</dt><dd>1 live of the issuer that is left</dd>")
                .doesNotContain(" more<");
    }

    @Test
    void turning_back_is_offered_only_as_long_as_it_is_possible() {
        rotation.tell(
                status(Kind.ROOT, Phase.ISSUING), status(Kind.ROOT, Phase.WITHDRAWING), status(Kind.ROOT, Phase.DONE));
        assertThat(buttons(section(admin))).containsExactly("next", "abort");
        assertThat(buttons(section(admin))).containsExactly("next");
        assertThat(buttons(section(admin))).containsExactly("start-root", "start-intermediate");
    }

    @ParameterizedTest
    @EnumSource(
            value = Role.class,
            names = {"VIEWER", "OPERATOR"})
    void who_is_no_admin_sees_how_far_it_is_and_no_buttons(Role role) {
        rotation.tell(status(Kind.ROOT, Phase.SPREADING, AWAY));
        var cookie = web.cookie(web.token("who", role));
        var section = section(cookie);
        assertThat(section).contains("spreading", "dev-0001").doesNotContain("<a class=\"button");
        rotation.asked.clear();
        for (String step : List.of("start-root", "start-intermediate", "next", "abort")) {
            assertThat(post(step, "force=yes", cookie, OURS).status()).as(step).isEqualTo(403);
        }
        assertThat(rotation.asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Sec-Fetch-Site: cross-site", "Origin: http://evil.example", "X-Nothing: told"})
    void another_site_cannot_rotate(String header) {
        for (String step : List.of("start-root", "start-intermediate", "next", "abort")) {
            assertThat(post(step, "force=yes", admin, header).status()).as(step).isEqualTo(403);
        }
        assertThat(rotation.asked).isEmpty();
    }

    @Test
    void each_form_is_sent_to_the_step_that_it_asks_about() {
        rotation.tell(status(Kind.ROOT, Phase.ADOPTED));
        for (String step : List.of("start-root", "start-intermediate", "next", "abort")) {
            assertThat(question(step).body())
                    .contains("<form method=\"post\" action=\"/ca/rotation/" + step + "\">")
                    .doesNotContain("name=\"force\"", "name=\"revokeOld\"");
        }
        assertThat(question("next").body()).contains("issues new certificates from the new root's intermediate.");
        assertThat(question("abort").body()).contains("the old root alone is published again");
        assertThat(question("sideways").status()).isEqualTo(404);
        assertThat(post("sideways", "", admin, OURS).status()).isEqualTo(404);
    }

    @Test
    void a_page_that_is_out_of_date_leads_to_a_question_that_says_so() {
        rotation.tell(status(Kind.ROOT, Phase.DONE));
        assertThat(question("next").body()).contains("<p>There is no next step any more.</p>");
        assertThat(question("abort").body()).contains("<p>That is not possible any more.</p>");
    }

    @Test
    void force_is_offered_where_somebody_is_missing_and_revoking_where_an_intermediate_is_left() {
        rotation.tell(
                status(Kind.ROOT, Phase.DRAINING, AWAY),
                status(Kind.INTERMEDIATE, Phase.ISSUING),
                status(Kind.INTERMEDIATE, Phase.DRAINING));
        assertThat(question("next").body())
                .contains("<strong>Blocked:</strong> live certificates of the issuer that is left: 1", "name=\"force\"")
                .doesNotContain("name=\"revokeOld\"");
        assertThat(question("next").body()).doesNotContain("name=\"force\"", "name=\"revokeOld\"");
        assertThat(question("next").body()).contains("name=\"revokeOld\"").doesNotContain("name=\"force\"");
    }

    @Test
    void steps_are_taken_by_forms_in_the_name_of_the_operator() {
        rotation.tell(status(Kind.INTERMEDIATE, Phase.DRAINING));
        var bob = web.cookie(web.token("bob", Role.ADMIN));
        for (String request : List.of(
                "start-root", "start-intermediate", "next", "next force=yes&revokeOld=yes", "abort force=yes")) {
            var parts = (request + " ").split(" ", 2);
            var reply = post(parts[0], parts[1].strip(), bob, OURS);
            assertThat(reply.status()).as(reply.toString()).isEqualTo(303);
            assertThat(reply.head()).containsIgnoringCase("location: /ca?done=rotation-moved\r\n");
        }
        assertThat(rotation.asked)
                .containsExactly(
                        new StartCaRotation(false, "bob"),
                        new StartCaRotation(true, "bob"),
                        new ChangeCaRotation(CaRotationChange.NEXT, false, false, "bob"),
                        new ChangeCaRotation(CaRotationChange.NEXT, true, true, "bob"),
                        new ChangeCaRotation(CaRotationChange.ABORT, false, false, "bob"));
        assertThat(get("/ca?done=rotation-moved", bob).body()).contains("The rotation took the step.");
    }

    @Test
    void a_refusal_is_told_with_the_question_again() {
        rotation.tell(status(Kind.ROOT, Phase.DRAINING, AWAY));
        rotation.refusal = "1 certificate is live: dev-0001";
        var reply = post("next", "", admin, OURS);
        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.body())
                .contains("<p class=\"wrong\" role=\"alert\">1 certificate is live: dev-0001</p>", "name=\"force\"");
        assertThat(rotation.asked)
                .containsExactly(
                        new ChangeCaRotation(CaRotationChange.NEXT, false, false, "admin"), new DescribeCaRotation());
    }

    @Test
    void what_a_holder_calls_itself_is_text() {
        var evil = "<script>alert(1)</script>\"onload='x";
        rotation.tell(status(Kind.ROOT, Phase.SPREADING, new Straggler(TrustHolder.BROKER, evil, null, evil)));
        rotation.refusal = "1 has not confirmed: " + evil;
        assertThat(section(admin))
                .contains("<td data-label=\"Missing\" class=\"wrap\">&lt;script&gt;alert(1)")
                .contains("<td data-label=\"Why\" class=\"wrap\">&lt;script&gt;alert(1)")
                .doesNotContain("<script>alert(1)");
        assertThat(post("next", "", admin, OURS).body())
                .contains("1 has not confirmed: &lt;script&gt;alert(1)")
                .doesNotContain("<script>alert(1)");
    }

    @Test
    void an_authority_that_cannot_rotate_has_no_such_section() throws Exception {
        try (var other = new WebHarness(data.resolve("other"))) {
            var cookie = other.cookie(other.token);
            var page = other.send("GET /ca", "", HTML, cookie);
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.body()).contains("Trust it").doesNotContain("id=\"rotation\"", "/ca/rotation/");
            assertThat(other.send("GET /ca/rotation/next", "", HTML, cookie).status())
                    .isEqualTo(503);
        }
    }

    private String section(String cookie) {
        var page = get("/ca", cookie);
        assertThat(page.status()).as(page.body()).isEqualTo(200);
        int begin = page.body().indexOf("id=\"rotation\"");
        assertThat(begin).as("there is a section").isPositive();
        return page.body().substring(begin, page.body().indexOf("</section>", begin));
    }

    private static List<String> buttons(String section) {
        return BUTTON.matcher(section).results().map(found -> found.group(1)).toList();
    }

    private Reply question(String step) {
        return get("/ca/rotation/" + step, admin);
    }

    private Reply get(String path, String cookie) {
        return web.send("GET " + path, "", HTML, cookie);
    }

    private Reply post(String step, String form, String... headers) {
        var all = new java.util.ArrayList<>(List.of(headers));
        all.add(FORM);
        all.add(HTML);
        return web.send("POST /ca/rotation/" + step, form, all.toArray(String[]::new));
    }
}
