package io.lumia.cli;

import java.io.IOException;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The demonstrations that can be played. */
enum Demonstration {
    BOOTSTRAP("First set-up and bootstrap"),
    NORMAL("Normal operation"),
    RENEWAL("Renewal during operation"),
    EXPIRY("Recovery from expiry"),
    NEW_DEVICE("A new device in a running system");

    /** In their order. */
    static final String ALL = "all";

    private final String title;

    Demonstration(String title) {
        this.title = title;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String title() {
        return title;
    }

    /** Whether every check held. Blocks. @throws io.lumia.config.CannotStart when the system does not start */
    boolean play(DemoSettings settings, Clock clock, DemoStory story)
            throws InterruptedException, IOException, CommandFailed {
        return switch (this) {
            case BOOTSTRAP, NORMAL, RENEWAL -> new DemoRun(settings.config(), clock, story).play(this);
            case EXPIRY ->
                new ExpiryRun(
                                settings.config(),
                                settings.with(List.of("provisioning.enabled=false"))
                                        .config(),
                                clock,
                                story)
                        .play();
            case NEW_DEVICE -> new NewDeviceRun(settings, clock, story).play();
        };
    }

    /** Beside those of the profile. */
    List<String> settings() {
        return switch (this) {
            case BOOTSTRAP, NORMAL, RENEWAL -> List.of();
            case EXPIRY -> List.of("lifetimes.device=30s", "lifetimes.server=30s", "agent.overlap=2s");
            // the turn of the new device comes within seconds
            case NEW_DEVICE -> List.of("app.command-interval=200ms");
        };
    }

    /** {@code bootstrap, normal or all}, all of them and what stands for all. */
    static String labels() {
        var labels = Arrays.stream(values()).map(Demonstration::label).toList();
        return String.join(", ", labels) + " or " + ALL;
    }
}
