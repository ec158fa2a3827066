package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every page of the web interface in a real browser, with a living fleet behind it. */
class ChromiumPagesIT {
    private static final String DEVICES = "127.61.0.0/24";

    @TempDir
    static Path data;

    private static RunningLumia lumia;
    private static ChromiumBrowser browser;

    /** @param name of the picture; @param path where it is; @param ready what it shows when it is complete */
    private record Screen(String name, String path, String ready) {}

    private static final List<Screen> SCREENS = List.of(
            new Screen("overview", "/", ".feed li"),
            new Screen("certificates", "/certificates", "tbody tr"),
            new Screen("issue", "/issue", "#sources:not([hidden])"),
            new Screen("devices", "/devices", "tbody tr"),
            new Screen("device", "/devices/dev-0001", "tbody tr"),
            new Screen("renewals", "/renewals", "h1"),
            new Screen("provisioning", "/provisioning", "#entries"),
            new Screen("provisioning-off", "/provisioning/off", "button.danger"),
            new Screen("release", "/devices/dev-0001/release", "button.danger"),
            new Screen("ca", "/ca", "#bootstrap"),
            new Screen("audit", "/audit", "tbody tr"));

    @BeforeAll
    static void start() throws Exception {
        ChromiumBrowser.demand();
        lumia = new RunningLumia(data, DEVICES, 12);
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

    @Test
    void pages_are_accessible_and_quiet_in_both_colour_schemes() throws Exception {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            var page = browser.window(scheme, 1440, 900);
            page.navigate("/");
            ChromiumBrowser.assertAccessible(page);
            ChromiumBrowser.picture(page, "login", scheme);
            ChromiumBrowser.logIn(page, data);
            for (Screen screen : SCREENS) {
                page.navigate(screen.path());
                page.waitForSelector(screen.ready());
                ChromiumBrowser.assertAccessible(page);
                ChromiumBrowser.picture(page, screen.name(), scheme);
            }
            page.context().close();
        }
        assertThat(browser.complaints).isEmpty();
    }

    @Test
    void pages_fit_a_small_screen() throws Exception {
        var page = browser.window(ColorScheme.LIGHT, 360, 740);
        ChromiumBrowser.logIn(page, data);
        for (Screen screen : SCREENS) {
            page.navigate(screen.path());
            page.waitForSelector(screen.ready());
            assertThat(page.evaluate("document.documentElement.scrollWidth"))
                    .as("width of " + screen.path())
                    .isEqualTo(360);
            ChromiumBrowser.picture(page, screen.name() + "-small", ColorScheme.LIGHT);
        }
        page.context().close();
    }
}
