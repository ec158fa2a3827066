package io.lumia.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateRenewed;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.Await;
import io.lumia.fakes.RawHttp.Reply;
import io.lumia.fakes.ScriptedAuthority;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Validity;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages as a browser without scripts uses them. */
class PagesTest {
    private static final String FORM = "Content-Type: application/x-www-form-urlencoded";
    private static final String OURS = "Sec-Fetch-Site: same-origin";
    private static final String HTML = "Accept: text/html";
    private static final String CERTIFICATE = "/certificates/" + ScriptedAuthority.SERIAL;

    @TempDir
    Path data;

    private WebHarness harness;

    @BeforeEach
    void start() throws Exception {
        harness = new WebHarness(data);
    }

    @AfterEach
    void stop() {
        harness.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/, /login",
        "/devices?query=x&page=2, /login?to=%2Fdevices%3Fquery%3Dx%26page%3D2",
        "/nothing, /login?to=%2Fnothing"
    })
    void strangers_are_sent_to_the_entrance(String path, String entrance) {
        var reply = harness.send("GET " + path, "", HTML);
        assertThat(reply.status()).isEqualTo(303);
        assertThat(reply.head()).containsIgnoringCase("location: " + entrance + "\r\n");
    }

    @Test
    void the_token_lets_in_by_a_form_and_leads_where_one_wanted_to_go() {
        var reply = post("/login", "to=%2Fdevices&token=" + harness.token, OURS);
        assertThat(reply.status()).as(reply.body()).isEqualTo(303);
        assertThat(reply.head()).containsIgnoringCase("location: /devices\r\n").containsIgnoringCase("set-cookie: ");
        var wrong = post("/login", "to=%2Fdevices&token=guessed-0123456789", OURS);
        assertThat(wrong.status()).isEqualTo(401);
        assertThat(wrong.body()).contains("not known").contains("value=\"/devices\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"//evil.example", "/\\evil.example", "https://evil.example/", "/x\r\nSet-Cookie: a=b", ""})
    void the_entrance_leads_nowhere_else(String to) {
        var reply =
                post("/login", "to=" + URLEncoder.encode(to, StandardCharsets.UTF_8) + "&token=" + harness.token, OURS);
        assertThat(reply.head()).containsIgnoringCase("location: /\r\n").doesNotContain("a=b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Site: none",
                "Origin: http://evil.example",
                "X-Nothing: told"
            })
    void another_site_cannot_revoke(String header) {
        var cookie = harness.cookie(harness.token);
        assertThat(post(CERTIFICATE + "/revoke", "reason=superseded", cookie, header)
                        .status())
                .isEqualTo(403);
        assertThat(post("/theme", "theme=dark&back=/", cookie, header).status()).isEqualTo(403);
    }

    @Test
    void certificates_are_revoked_by_a_form() {
        var cookie = harness.cookie(harness.token);
        assertThat(get(CERTIFICATE + "/revoke", cookie).body()).contains("Revoke this certificate?");
        var reply = post(CERTIFICATE + "/revoke", "reason=keyCompromise", cookie, OURS);
        assertThat(reply.status()).isEqualTo(303);
        assertThat(reply.head()).containsIgnoringCase("location: " + CERTIFICATE + "?done=revoked\r\n");
        assertThat(post(CERTIFICATE + "/revoke", "reason=whim", cookie, OURS).status())
                .isEqualTo(422);
    }

    @Test
    void viewers_look_and_do_not_touch() {
        var cookie = harness.cookie(harness.token("looker", Role.VIEWER));
        assertThat(get(CERTIFICATE, cookie).body()).doesNotContain("/revoke\"");
        assertThat(post(CERTIFICATE + "/revoke", "reason=superseded", cookie, OURS)
                        .status())
                .isEqualTo(403);
        assertThat(post("/issue", "kind=server", cookie, OURS).status()).isEqualTo(403);
        assertThat(post("/ca/keys", "provisioner=acme", cookie, OURS).status()).isEqualTo(403);
        assertThat(post("/devices/dev-0001/release", "", cookie, OURS).status()).isEqualTo(403);
        assertThat(post("/provisioning/on", "", cookie, OURS).status()).isEqualTo(403);
    }

    @Test
    void a_server_is_issued_for_a_pasted_request() throws Exception {
        var cookie = harness.cookie(harness.token);
        var csr = CertificateRequest.create(KeyPairs.p256(), "mqtt.example.com", java.util.List.of());
        var reply = post(
                "/issue",
                "kind=server&name=mqtt.example.com&validity=12h&sans=a.example,+10.0.0.5&csr="
                        + URLEncoder.encode(csr, StandardCharsets.UTF_8),
                cookie,
                OURS);
        assertThat(reply.status()).as(reply.body()).isEqualTo(201);
        var asked = harness.authority.asked.get(0);
        assertThat(asked.names()).containsExactly("a.example", "10.0.0.5");
        assertThat(asked.lifetime()).isEqualTo(Duration.ofHours(12));
        assertThat(asked.requester()).isEqualTo("admin");
    }

    @ParameterizedTest
    @CsvSource({
        "kind=server&name=x, csr, Paste a CSR",
        "kind=server&validity=soon, validity, 24h",
        "kind=client&name=x&csr=nonsense, csr, not PEM"
    })
    void the_field_that_does_not_fit_is_named(String form, String field, String detail) {
        var reply = post("/issue", form, harness.cookie(harness.token), OURS);
        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.body())
                .containsPattern("id=\"" + field + "-wrong\" role=\"alert\">[^<]*" + Pattern.quote(detail));
        assertThat(harness.authority.asked).isEmpty();
    }

    @Test
    void what_others_wrote_is_text() {
        var evil = "<script>alert(1)</script>\"onload='x";
        var now = ScriptedAuthority.NOW;
        FleetBus.CERTIFICATE_RENEWED.publish(
                harness.vertx,
                new CertificateRenewed(
                        evil, ScriptedAuthority.SERIAL, new Validity(now, now.plusSeconds(60)), evil, Duration.ZERO));
        var cookie = harness.cookie(harness.token);
        Await.until(harness.vertx, "it is heard", () -> get("/", cookie).body().contains("alert(1)"));
        for (String path : new String[] {"/", "/renewals"}) {
            assertThat(get(path, cookie).body())
                    .as(path)
                    .contains("&lt;script&gt;alert(1)")
                    .doesNotContain("<script>alert(1)");
        }
        for (String path : new String[] {"/certificates", "/devices"}) {
            assertThat(get(path + "?query=" + encoded(evil), cookie).body())
                    .as(path)
                    .containsPattern("value=\"[^\"]*alert\\(1\\)[^\"]*onload[^\"]*\"")
                    .doesNotContain("\"onload=");
        }
    }

    @Test
    void nothing_but_our_own_files_may_run() {
        var page = harness.send("GET /login", "", HTML);
        assertThat(page.head()).contains("script-src 'self'; style-src 'self'").doesNotContain("unsafe");
        assertThat(page.body())
                .doesNotContain("style=")
                .doesNotContain("onclick")
                .doesNotContain("javascript:");
        var script = Pattern.compile("/assets/app\\.[0-9a-f]{16}\\.js").matcher(page.body());
        assertThat(script.find()).isTrue();
        var asset = harness.send("GET " + script.group(), "");
        assertThat(asset.status()).isEqualTo(200);
        assertThat(asset.head()).contains("max-age=31536000, immutable").contains("text/javascript");
        assertThat(harness.send("GET /assets/app.0000000000000000.js", "", HTML).status())
                .isEqualTo(303);
    }

    @Test
    void what_is_not_there_is_told_by_a_page_to_people_and_by_a_problem_to_programs() {
        var cookie = harness.cookie(harness.token);
        var page = get("/certificates/1", cookie);
        assertThat(page.status()).isEqualTo(404);
        assertThat(page.body()).contains("<!doctype html>").contains("No certificate has the serial");
        assertThat(get("/nothing", cookie).body()).contains("There is no such page");
        var problem = harness.send("GET /certificates/1", "", cookie);
        assertThat(problem.status()).isEqualTo(404);
        assertThat(problem.body()).startsWith("{\"type\":\"urn:lumia:problem:not-found\"");
        assertThat(get("/provisioning", cookie).status()).isEqualTo(503);
        assertThat(get("/provisioning", cookie).body()).contains("does not run the part");
    }

    @Test
    void colours_are_remembered_without_a_script() {
        var reply = post("/theme", "theme=dark&back=%2Fdevices", OURS);
        assertThat(reply.head()).containsIgnoringCase("location: /devices\r\n").contains("lumia-theme=dark");
        assertThat(harness.send("GET /login", "", HTML, "Cookie: lumia-theme=dark")
                        .body())
                .contains("data-theme=\"dark\"");
        assertThat(harness.send("GET /login", "", HTML, "Cookie: lumia-theme=\"><script>")
                        .body())
                .contains("data-theme=\"auto\"");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private Reply get(String path, String cookie) {
        return harness.send("GET " + path, "", HTML, cookie);
    }

    private Reply post(String path, String form, String... headers) {
        var all = new java.util.ArrayList<>(java.util.List.of(headers));
        all.add(FORM);
        all.add(HTML);
        return harness.send("POST " + path, form, all.toArray(String[]::new));
    }
}
