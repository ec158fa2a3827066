package io.lumia.expiry;

import static io.lumia.bus.FleetBus.WATCHED_LOOKED_AT;

import io.lumia.bus.FleetBus.WatchedLookedAt;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Looks at everything that is configured, side by side; what is still being looked at is left out of the next round. Of one context. */
final class WatchRounds {
    private static final int THREADS = 4;

    private final Vertx vertx;
    private List<Watch> watches;
    private final Function<Watch, List<Finding>> look;
    private final Levels levels;
    private final WorkerExecutor worker;
    private final Set<String> inProgress = new HashSet<>();

    /** @param longest that a look may take before it is told as stuck */
    WatchRounds(
            Vertx vertx, List<Watch> watches, Function<Watch, List<Finding>> look, Levels levels, Duration longest) {
        this.vertx = vertx;
        this.watches = watches;
        this.look = look;
        this.levels = levels;
        worker = vertx.createSharedWorkerExecutor("lumia-expiry", THREADS, longest.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** From the next round on. */
    void watch(List<Watch> others) {
        watches = others;
    }

    void begin() {
        watches.stream()
                .filter(watch -> inProgress.add(watch.name()))
                .forEach(watch -> worker.executeBlocking(() -> look.apply(watch), false)
                        .otherwise(broken -> List.of(new Finding(
                                watch.name(),
                                watch.name(),
                                Verdict.UNKNOWN,
                                null,
                                null,
                                null,
                                null,
                                String.valueOf(broken))))
                        .onSuccess(findings -> settle(watch, findings)));
    }

    Future<Void> close() {
        return worker.close();
    }

    private void settle(Watch watch, List<Finding> findings) {
        inProgress.remove(watch.name());
        var verdict = Verdict.of(findings);
        var first = endsFirst(findings);
        var notAfter = first == null ? null : first.notAfter();
        WATCHED_LOOKED_AT.publish(
                vertx,
                new WatchedLookedAt(
                        watch.name(),
                        endpoint(watch),
                        up(findings),
                        first == null ? null : first.notBefore(),
                        notAfter,
                        verdict.label()));
        levels.set("watched:" + watch.name(), verdict.label(), notAfter, detail(findings));
    }

    private static @Nullable String endpoint(Watch watch) {
        return watch.subject() instanceof Watch.Endpoint endpoint
                ? endpoint.address().toString()
                : watch.subject() instanceof Watch.Directory directory
                        ? directory.address().toString()
                        : null;
    }

    private static @Nullable Boolean up(List<Finding> findings) {
        return findings.stream()
                .map(Finding::up)
                .filter(Objects::nonNull)
                .reduce(Boolean::logicalAnd)
                .orElse(null);
    }

    private static @Nullable Finding endsFirst(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.notAfter() != null)
                .min(Comparator.comparing(Finding::notAfter, Comparator.nullsLast(Comparator.naturalOrder())))
                .orElse(null);
    }

    /** Of what is not as it should be. */
    private static String detail(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.verdict() != Verdict.HEALTHY)
                .map(finding -> finding.subject() + ": " + finding.detail())
                .collect(Collectors.joining("; "));
    }
}
