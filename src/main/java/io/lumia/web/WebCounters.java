package io.lumia.web;

import io.lumia.bus.FleetBus.Histogram;
import io.lumia.bus.FleetBus.WebStatistics;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** What is counted of requests and logins, for whoever scrapes. For one event loop. */
final class WebCounters {
    private static final List<Double> BOUNDS = List.of(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0);
    private static final double NANOS = 1e9;

    private final Map<String, Long> requests = new TreeMap<>();
    private final Map<Login, Long> logins = new TreeMap<>();
    private final long[] times = new long[BOUNDS.size() + 1];
    private double seconds;

    /** What became of an attempt to log in. */
    enum Login {
        OK("ok"),
        WRONG_TOKEN("wrong_token"),
        THROTTLED("throttled");

        private final String label;

        Login(String label) {
            this.label = label;
        }
    }

    WebCounters() {
        // shown as zero before they happen: a counter that appears late hides its first increment from a rate
        for (Login login : Login.values()) {
            logins.put(login, 0L);
        }
    }

    void login(Login outcome) {
        logins.merge(outcome, 1L, Long::sum);
    }

    /**
     * An answer was sent.
     *
     * @param nanos since the request's head was there
     */
    void answered(@Nullable String path, int status, long nanos) {
        var kind = kind(path);
        requests.merge(kind + "/" + status, 1L, Long::sum);
        if (!kind.equals("stream")) {
            double took = nanos / NANOS;
            int bucket = 0;
            while (bucket < BOUNDS.size() && took > BOUNDS.get(bucket)) {
                bucket++;
            }
            times[bucket]++;
            seconds += took;
        }
    }

    /** What was no HTTP request. */
    void malformed() {
        requests.merge("malformed/400", 1L, Long::sum);
    }

    WebStatistics statistics(int sessions) {
        var told = new TreeMap<String, Long>();
        logins.forEach((login, count) -> told.put(login.label, count));
        var counts = LongStream.of(Arrays.copyOf(times, times.length)).boxed().toList();
        return new WebStatistics(
                Map.copyOf(requests), Map.copyOf(told), new Histogram(BOUNDS, counts, seconds), sessions);
    }

    /** Few, whatever is asked for. */
    static String kind(@Nullable String path) {
        if (path == null) {
            return "malformed";
        }
        if (path.equals("/live") || path.equals("/api/v1/events")) {
            return "stream";
        }
        if (path.startsWith("/api/")) {
            return "api";
        }
        if (path.equals("/login") || path.equals("/logout")) {
            return "login";
        }
        return path.startsWith("/assets/") ? "assets" : "pages";
    }
}
