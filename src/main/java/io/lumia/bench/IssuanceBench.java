package io.lumia.bench;

import io.lumia.crypto.CryptoProviders;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * How fast CAs issue, and what that costs them: the same clients ask one after the other, in rounds, for the same seconds.
 *
 * @param subjects names of what is measured
 * @param cases what is asked for
 * @param concurrency clients at once
 * @param time of each case in each round
 * @param warmUp before the first round of each case, so that what compiles while it runs has compiled
 * @param rounds whose median counts
 * @param javaOptions further ones for our own process
 */
public record IssuanceBench(
        List<String> subjects,
        List<IssuanceCase> cases,
        int concurrency,
        Duration time,
        Duration warmUp,
        int rounds,
        List<String> javaOptions) {
    /** Netty's switch: a resumed session would not be a new TLS connection. */
    private static final String RESUMPTION = "io.netty.handler.ssl.openssl.sessionCacheClient";

    /** All that can be measured. */
    public static final List<String> SUBJECTS = List.of(Subjects.STEP_CA, Subjects.LUMIA);

    /** Whether all that this subject needs is installed. */
    public static boolean isInstalled(String subject) {
        return Subjects.isInstalled(subject);
    }

    /**
     * Starts the subjects, measures and ends them; blocks.
     *
     * @param progress takes one line for each step
     * @return by case and subject
     * @throws BenchFailed when a subject does not start or does not answer as it should
     */
    public Map<IssuanceCase, Map<String, Figures>> run(Consumer<String> progress)
            throws IOException, InterruptedException {
        System.setProperty(RESUMPTION, "false");
        CryptoProviders.install();
        try (var bench = Workbench.open()) {
            var vertx = Vertx.vertx();
            AutoCloseable closing = () -> vertx.close().await();
            var unused = bench.keep(closing);
            var outside = bench.keep(new Outside(vertx));
            var starter = new Subjects(bench, outside, javaOptions);
            var started = new ArrayList<Subject>();
            for (String name : subjects) {
                progress.accept("starting " + name);
                started.add(starter.start(name));
            }
            var results = new EnumMap<IssuanceCase, Map<String, Figures>>(IssuanceCase.class);
            for (IssuanceCase measured : cases) {
                results.put(measured, measure(measured, started, new Clients(vertx, outside), progress));
            }
            return results;
        }
    }

    private Map<String, Figures> measure(
            IssuanceCase measured, List<Subject> started, Clients clients, Consumer<String> progress)
            throws InterruptedException {
        var rounds = new LinkedHashMap<String, List<Figures>>();
        for (int round = 0; round <= rounds(); round++) {
            for (Subject subject : started) {
                progress.accept(
                        measured.label() + ": " + subject.name() + (round == 0 ? ", warm-up" : ", round " + round));
                var figures = measure(measured, subject, clients, round == 0 ? warmUp : time);
                if (round > 0) {
                    rounds.computeIfAbsent(subject.name(), first -> new ArrayList<>())
                            .add(figures);
                }
            }
        }
        var medians = new LinkedHashMap<String, Figures>();
        rounds.forEach((subject, figures) -> medians.put(subject, Figures.median(figures)));
        return medians;
    }

    /** Connections are made, and accounts and certificates to renew obtained, before the clock runs. */
    private Figures measure(IssuanceCase measured, Subject subject, Clients clients, Duration wanted)
            throws InterruptedException {
        int number = measured == IssuanceCase.ACME_ONE ? 1 : concurrency;
        try (var opened = clients.open(measured, subject, number)) {
            return Load.run(opened.operations(), wanted, subject.process());
        }
    }
}
