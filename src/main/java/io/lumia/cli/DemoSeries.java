package io.lumia.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What became of demonstrations that were played one after the other. */
final class DemoSeries {
    private final List<Played> all = new ArrayList<>();

    private record Played(Demonstration demonstration, DemoStory story, Duration took) {}

    void played(Demonstration demonstration, DemoStory story, Duration took) {
        all.add(new Played(demonstration, story, took));
    }

    /** Whether each of them held all its checks. */
    boolean held() {
        return !all.isEmpty() && all.stream().allMatch(played -> played.story.holds());
    }

    void print(PrintWriter out) {
        var table = new Table("DEMONSTRATION", "", "CHECKS HELD", "TOOK", "OUTCOME");
        for (var played : all) {
            table.row(
                    played.demonstration.label(),
                    played.demonstration.title(),
                    played.story.held() + " of " + (played.story.held() + played.story.broken()),
                    seconds(played.took),
                    played.story.holds() ? "held" : "DID NOT HOLD");
        }
        table.print(out);
        out.println();
        var whole = all.stream().map(Played::took).reduce(Duration.ZERO, Duration::plus);
        long failed = all.stream().filter(played -> !played.story.holds()).count();
        out.println(
                failed == 0
                        ? "All " + all.size() + " demonstrations held every check, in " + seconds(whole) + "."
                        : failed + " of " + all.size() + " demonstrations did not hold, in " + seconds(whole) + ".");
        out.flush();
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }
}
