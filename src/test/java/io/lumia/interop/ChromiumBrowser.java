package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** Debian's Chromium, driven by Playwright; remembers whatever it complained about. */
final class ChromiumBrowser implements AutoCloseable {
    private static final double PATIENCE_MILLIS = 20_000;
    private static final List<String> SWITCHES = List.of(
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");

    final List<String> complaints = new CopyOnWriteArrayList<>();
    private final Playwright playwright;
    private final Browser browser;
    private final String address;

    private ChromiumBrowser(Path program, String address) {
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new LaunchOptions().setExecutablePath(program).setArgs(SWITCHES));
        this.address = address;
    }

    /** @param address where pages without one of their own are */
    static ChromiumBrowser open(String address) {
        return new ChromiumBrowser(demand(), address);
    }

    /** Skips the test, saying why, where Chromium is not installed. */
    static Path demand() {
        var found = Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(found.isPresent(), "chromium is not installed");
        return found.orElseThrow();
    }

    /** A window of its own: nothing is shared with others, nobody is logged in. */
    Page window(ColorScheme scheme, int width, int height) {
        var context = browser.newContext(new Browser.NewContextOptions()
                .setBaseURL(address)
                .setColorScheme(scheme)
                .setViewportSize(width, height)
                .setAcceptDownloads(true));
        context.setDefaultTimeout(PATIENCE_MILLIS);
        var page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                complaints.add(page.url() + ": " + message.text());
            }
        });
        page.onPageError(error -> complaints.add(page.url() + ": " + error));
        return page;
    }

    /** With the token of the first start. */
    static void logIn(Page page, Path data) throws IOException {
        page.navigate("/login");
        page.fill("#token", Files.readString(data.resolve("admin-token")).strip());
        page.click("main button.main-action");
        page.waitForURL(url -> !url.contains("/login"));
    }

    /** Everything that axe knows of, in the colours that the page has now. */
    static void assertAccessible(Page page) {
        var found = new AxeBuilder(page).analyze().getViolations();
        assertThat(found.stream()
                        .flatMap(rule -> rule.getNodes().stream()
                                .map(node -> rule.getId() + ": " + node.getHtml() + " " + node.getFailureSummary())))
                .as("axe on " + page.url())
                .isEmpty();
    }

    /** Kept for the documentation when somebody asks for it: {@code -Dlumia.screenshots=docs/screenshots}. */
    static void picture(Page page, String name, ColorScheme scheme) throws Exception {
        var directory = System.getProperty("lumia.screenshots");
        if (directory != null) {
            Files.createDirectories(Path.of(directory));
            var file = Path.of(directory, name + (scheme == ColorScheme.DARK ? "-dark" : "") + ".png");
            page.screenshot(new Page.ScreenshotOptions().setPath(file));
        }
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
