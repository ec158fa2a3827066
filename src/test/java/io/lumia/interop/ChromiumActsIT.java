package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Pem;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator does with the web interface, in a real browser, and what comes of it at the broker. */
class ChromiumActsIT {
    private static final String DEVICES = "127.62.0.0/24";

    @TempDir
    static Path data;

    @TempDir
    static Path files;

    private static RunningLumia lumia;
    private static ChromiumBrowser browser;
    private Page page;

    @BeforeAll
    static void start() throws Exception {
        ChromiumBrowser.demand();
        lumia = new RunningLumia(data, DEVICES, 2);
        browser = ChromiumBrowser.open(lumia.web());
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.close();
        }
        if (lumia != null) {
            lumia.stop();
        }
    }

    @BeforeEach
    void enter() throws Exception {
        browser.complaints.clear();
        page = browser.window(ColorScheme.LIGHT, 1280, 900);
        ChromiumBrowser.logIn(page, data);
    }

    @AfterEach
    void nothing_was_complained_about() {
        page.context().close();
        assertThat(browser.complaints).isEmpty();
    }

    @Test
    void a_client_issued_in_the_browser_publishes_until_it_is_revoked_there() throws Exception {
        var environment = Map.<String, String>of();
        var publisher = ExternalProgram.find("mosquitto_pub", environment, files);
        var subscriber = ExternalProgram.find("mosquitto_sub", environment, files);
        page.navigate("/issue");
        page.fill("#name", "pump-7");
        var download = page.waitForDownload(() -> page.click("#issue button.main-action"));
        assertThat(download.suggestedFilename()).isEqualTo("pump-7-certs.zip");
        unzip(download.path(), files);
        assertThat(files.resolve("pump-7"))
                .isDirectoryContaining("glob:**/{ca.crt,pump-7.crt,pump-7.key,README.txt}")
                .isDirectoryContaining("glob:**/pump-7-identity.key");

        publisher.run(mqtt("-m", "hello", "-r"));
        var listening = subscriber.begin(mqtt("-v", "-F", "%t %p"));
        listening.awaitPrinted("devices/pump-7/state hello");

        page.click("#issued-link");
        page.click("a:has-text('Revoke…')");
        page.selectOption("dialog #reason", "keyCompromise");
        page.click("dialog button.danger");
        page.waitForSelector("[data-proof] li[data-broker]");
        assertThat(page.textContent("[data-proof]")).containsPattern("Gone from .+ after \\d+ ms");
        assertThat(page.textContent(".head")).contains("revoked");
        assertThat(listening.process().waitFor(20, java.util.concurrent.TimeUnit.SECONDS))
                .as("the client that was connected is cut, and does not get in again")
                .isTrue();
        publisher.fail(mqtt("-m", "again"));
    }

    @Test
    void a_rotation_of_the_root_is_begun_followed_and_turned_back() throws Exception {
        step("Rotate the root…");
        assertThat(phase()).isEqualTo("prepared");
        step("Next step…");
        assertThat(phase()).as("everybody takes a while").isIn("spreading", "adopted");
        assertThat(page.textContent("#rotation")).containsPattern("Device\\s*\\d confirmed, \\d missing");
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
            ChromiumBrowser.assertAccessible(page);
            page.locator("#rotation").scrollIntoViewIfNeeded();
            ChromiumBrowser.picture(page, "rotation", scheme);
        }
        step("Turn back…");
        assertThat(page.textContent("#rotation")).contains("the old");
        assertThat(phase()).isIn("returning", "aborted");
    }

    private void step(String link) {
        page.navigate("/ca");
        page.click("#rotation a:has-text('" + link + "')");
        page.click("dialog button.danger");
        page.waitForURL(url -> url.contains("done=rotation-moved"));
    }

    private String phase() {
        return page.textContent("#rotation .badge").strip();
    }

    @Test
    void requests_made_in_the_browser_are_as_openssl_and_bouncycastle_expect() throws Exception {
        var openssl = ExternalProgram.find("openssl", Map.of(), files);
        page.navigate("/issue");
        for (int i = 0; i < 20; i++) { // r and s are shorter or need a zero in front now and then
            var request = request("host-" + i, List.of("a.example.com", "10.0.0.5", "2001:db8::1"));
            var parsed = CertificateRequest.parse(request);
            assertThat(parsed.commonName()).isEqualTo("host-" + i);
            assertThat(parsed.names()).containsExactly("a.example.com", "10.0.0.5", "2001:db8:0:0:0:0:0:1");
        }
        var file = Files.writeString(files.resolve("request.pem"), request("näme", List.of()));
        assertThat(openssl.run("req", "-in", file.toString(), "-noout", "-verify", "-subject", "-nameopt", "utf8"))
                .contains("verify OK")
                .contains("näme");
    }

    @Test
    void names_the_field_that_does_not_fit_and_what_to_do() {
        page.navigate("/issue");
        page.fill("#name", "Pump 7");
        page.click("#issue button.main-action");
        page.waitForSelector("#name-wrong:not(:empty)");
        assertThat(page.textContent("#name-wrong")).contains("lower-case letters, digits");
        page.fill("#name", "pump-8");
        page.fill("#validity", "soon");
        page.click("#issue button.main-action");
        page.waitForSelector("#validity-wrong:not(:empty)");
        assertThat(page.textContent("#validity-wrong")).contains("24h");
        page.fill("#validity", "");
        page.fill("#name", "dev-0001");
        page.click("#issue button.main-action");
        page.waitForSelector("#name-wrong:not(:empty)");
        assertThat(page.textContent("#name-wrong")).contains("belongs to another key");
        // Chromium logs every refused fetch as an error of the page
        browser.complaints.removeIf(text -> text.contains("status of 4"));
    }

    @Test
    void what_strangers_wrote_is_shown_and_not_run() throws Exception {
        var evil = "<img src=x onerror=alert(1)>";
        page.onDialog(dialog -> browser.complaints.add("a script ran: " + dialog.message()));
        page.navigate("/issue");
        var request = request(evil, List.of());
        page.check("input[value=csr]");
        page.check("input[value=server]");
        page.fill("#csr", request);
        page.click("#issue button.main-action");
        page.waitForSelector("#csr-wrong:not(:empty)");
        assertThat(page.textContent("#csr-wrong")).contains("onerror");

        page.navigate("/");
        page.waitForSelector("[data-live].on");
        publishAsDevice(evil);
        page.waitForSelector(".feed li.fresh:has-text('onerror')");
        page.reload();
        assertThat(page.textContent(".feed")).contains(evil);
        assertThat(page.locator("img[src=x]").count()).isZero();

        page.navigate("/certificates?query=" + URLEncoder.encode("\"><script>" + evil, StandardCharsets.UTF_8));
        assertThat(page.inputValue("#query")).isEqualTo("\"><script>" + evil);
        assertThat(page.locator("img[src=x]").count()).isZero();
        browser.complaints.removeIf(text -> text.contains("status of 4"));
    }

    /** A topic is any text; the broker tells whose publish it denied. */
    private void publishAsDevice(String topic) throws Exception {
        var current = lumia.identity("dev-0001").resolve("current");
        var chain = files.resolve("dev-0001.pem");
        Files.writeString(
                chain,
                Files.readString(current.resolve("certificate.pem")) + Files.readString(current.resolve("chain.pem")));
        ExternalProgram.find("mosquitto_pub", Map.of(), files)
                .run(
                        "-h",
                        "localhost",
                        "-p",
                        String.valueOf(lumia.brokerPort()),
                        "-i",
                        "stranger",
                        "--cafile",
                        lumia.root().toString(),
                        "--cert",
                        chain.toString(),
                        "--key",
                        current.resolve("key.pem").toString(),
                        "-q",
                        "1",
                        "-t",
                        topic,
                        "-m",
                        "x");
    }

    private String request(String name, List<String> names) {
        return (String) page.evaluate(
                "async ([name, names]) => LumiaCsr.request(await LumiaCsr.makeKey(), name, names)",
                List.of(name, names));
    }

    private String[] mqtt(String... more) {
        var folder = files.resolve("pump-7");
        var common = List.of(
                "-h",
                "localhost",
                "-p",
                String.valueOf(lumia.brokerPort()),
                "-i",
                "pump-7" + more[0],
                "--cafile",
                folder.resolve("ca.crt").toString(),
                "--cert",
                folder.resolve("pump-7.crt").toString(),
                "--key",
                folder.resolve("pump-7.key").toString(),
                "-q",
                "1",
                "-t",
                "devices/pump-7/state");
        return java.util.stream.Stream.concat(common.stream(), List.of(more).stream())
                .toArray(String[]::new);
    }

    private static void unzip(Path file, Path into) throws Exception {
        try (var zip = new ZipInputStream(Files.newInputStream(file))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                var target = into.resolve(entry.getName()).normalize();
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else {
                    Files.createDirectories(target.getParent());
                    Files.write(target, zip.readAllBytes());
                }
            }
        }
        assertThat(Pem.privateKey(Files.readString(into.resolve("pump-7/pump-7.key")))
                        .getAlgorithm())
                .isEqualTo("EC");
    }
}
