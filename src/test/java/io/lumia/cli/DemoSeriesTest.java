package io.lumia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The table at the end of all demonstrations. */
class DemoSeriesTest {
    private final StringWriter printed = new StringWriter();
    private final DemoSeries series = new DemoSeries();

    @Test
    void holds_when_every_check_of_every_demonstration_held() {
        series.played(Demonstration.BOOTSTRAP, story(true, true), Duration.ofMillis(4200));
        series.played(Demonstration.NEW_DEVICE, story(true), Duration.ofSeconds(10));
        assertThat(series.held()).isTrue();
        assertThat(table())
                .containsPattern("bootstrap +First set-up and bootstrap +2 of 2 +4\\.2 s +held")
                .containsPattern("new-device +A new device in a running system +1 of 1 +10\\.0 s +held")
                .contains("All 2 demonstrations held every check, in 14.2 s.");
    }

    @Test
    void does_not_hold_when_one_check_of_one_did_not() {
        series.played(Demonstration.BOOTSTRAP, story(true, false), Duration.ofSeconds(1));
        series.played(Demonstration.NORMAL, story(true), Duration.ofSeconds(1));
        assertThat(series.held()).isFalse();
        assertThat(table())
                .containsPattern("1 of 2 +1\\.0 s +DID NOT HOLD")
                .contains("1 of 2 demonstrations did not hold");
    }

    @Test
    void does_not_hold_when_one_checked_nothing_or_none_was_played() {
        assertThat(series.held()).isFalse();
        series.played(Demonstration.NORMAL, story(), Duration.ZERO);
        assertThat(series.held()).isFalse();
    }

    private static DemoStory story(boolean... checks) {
        var story = new DemoStory(new PrintWriter(new StringWriter()), false);
        for (boolean holds : checks) {
            story.check(holds, "a check");
        }
        return story;
    }

    private String table() {
        series.print(new PrintWriter(printed));
        return printed.toString();
    }
}
