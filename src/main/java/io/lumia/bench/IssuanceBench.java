package io.lumia.bench;

import io.lumia.crypto.CryptoProviders;
import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Measures how authorities issue: all of them with the same load, in turns, on the same machine. */
public final class IssuanceBench implements Closeable {
    /** What is measured unless others are named, ours first. */
    public static final List<String> SUBJECTS = List.of(Subjects.LUMIA, Subjects.STEP_CA);

    /** Those and what needs more than a program. */
    public static final List<String> KNOWN = List.of(Subjects.LUMIA, Subjects.LUMIA_SHARED, Subjects.STEP_CA);

    /** What is made ahead of a round, in relation to what the warm-up used. */
    private static final double MARGIN = 1.5;

    /** A slice of warm-up that took less than this share of the CPU of the one before is followed by another. */
    private static final double STILL_FALLING = 0.9;

    /** So is one in which Java compiled for more than this share of its CPU: a server has done with that after its first minute of load. */
    private static final double STILL_COMPILING = 0.05;

    private static final int MOST_SLICES = 20;

    private final Plan plan;
    private final Consumer<String> progress;
    private final Clock clock;
    private final Surroundings surroundings;
    private final Requests requests = new Requests();
    private final Map<String, TokenSigner> tokens = new HashMap<>();

    /**
     * @param cases in the order they are measured
     * @param subjects names, as in {@link #SUBJECTS}
     * @param warmUp slice of load that is not measured, for each subject before each case; repeated while it helps; zero: none
     * @param time of a round
     * @param concurrency workers at once, where a case has more than one
     */
    public record Plan(
            List<IssuanceCase> cases,
            List<String> subjects,
            Duration warmUp,
            Duration time,
            int rounds,
            int concurrency) {}

    /** @param progress is told in a line what is being done */
    public IssuanceBench(Plan plan, Consumer<String> progress, Clock clock) throws IOException {
        this.plan = plan;
        this.progress = progress;
        this.clock = clock;
        CryptoProviders.install();
        surroundings = new Surroundings();
    }

    /** How to get what the subject needs and is not installed; empty when it can be measured. */
    public static Optional<String> missing(String subject) {
        if (subject.equals(Subjects.LUMIA_SHARED) && System.getenv(Subjects.STORE) == null) {
            return Optional.of("name an empty PostgreSQL database by " + Subjects.STORE
                    + "=postgresql://HOST:PORT/DATABASE, and the password of its user lumia by LUMIA_STORE_PASSWORD");
        }
        if (!subject.equals(Subjects.STEP_CA)) {
            return Optional.empty();
        }
        var wanted = new LinkedHashMap<String, String>();
        wanted.put("step-ca", "go install github.com/smallstep/certificates/cmd/step-ca@latest");
        wanted.put("step", "go install github.com/smallstep/cli/cmd/step@v0.28.7");
        wanted.keySet().removeIf(program -> Subjects.onPath(program).isPresent());
        return wanted.isEmpty()
                ? Optional.empty()
                : Optional.of(String.join(" and ", wanted.keySet()) + " not found on PATH; get it with: CGO_ENABLED=0 "
                        + String.join("; CGO_ENABLED=0 ", wanted.values()));
    }

    /** Starts the subjects and measures every case. @throws BenchFailed when one does not start, ends, or cannot be set up */
    public List<IssuanceResult> run() throws IOException, BenchFailed, InterruptedException {
        var subjects = new ArrayList<Subject>();
        for (String name : plan.subjects()) {
            progress.accept("starting " + name);
            subjects.add(start(name));
        }
        var results = new ArrayList<IssuanceResult>();
        for (IssuanceCase which : plan.cases()) {
            results.addAll(measure(which, subjects));
        }
        return List.copyOf(results);
    }

    private Subject start(String name) throws IOException, BenchFailed, InterruptedException {
        var subjects = new Subjects(surroundings);
        var subject = switch (name) {
            case Subjects.LUMIA -> subjects.lumia();
            case Subjects.LUMIA_SHARED -> subjects.shared();
            default -> subjects.stepCa();
        };
        try {
            tokens.put(name, TokenSigner.of(surroundings.vertx(), subject, clock));
        } catch (Refused refused) {
            throw new BenchFailed(name + ": " + refused.getMessage());
        }
        return subject;
    }

    private List<IssuanceResult> measure(IssuanceCase which, List<Subject> subjects)
            throws BenchFailed, InterruptedException {
        var pace = new HashMap<Subject, Double>();
        var samples = new LinkedHashMap<Subject, List<Sample>>();
        for (Subject subject : subjects) {
            pace.put(subject, warmUp(which, subject));
            samples.put(subject, new ArrayList<>());
        }
        for (int round = 1; round <= plan.rounds(); round++) {
            for (Subject subject : subjects) {
                double expected = pace.getOrDefault(subject, 0.0) * plan.time().toMillis() / 1000;
                var sample = round(which, subject, plan.time(), (int) (expected * MARGIN));
                samples.getOrDefault(subject, new ArrayList<>()).add(sample);
                progress.accept(String.format(
                        java.util.Locale.ROOT,
                        "%s: round %d of %d, %s: %.0f/s, %.3f ms CPU each",
                        which.label(),
                        round,
                        plan.rounds(),
                        subject.name(),
                        sample.perSecond(),
                        sample.cpuPerOperation()));
            }
        }
        var results = new ArrayList<IssuanceResult>();
        samples.forEach((subject, rounds) -> results.add(new IssuanceResult(which, subject.name(), rounds)));
        return results;
    }

    /** Loads until Java has compiled and the CPU for an operation falls no longer: how long that takes depends on how busy the machine is. */
    private double warmUp(IssuanceCase which, Subject subject) throws BenchFailed, InterruptedException {
        double pace = 0;
        double before = Double.POSITIVE_INFINITY;
        for (int slice = 1; slice <= MOST_SLICES && !plan.warmUp().isZero(); slice++) {
            progress.accept(which.label() + ": warming up " + subject.name());
            var compiled = subject.compiling();
            var sample = round(which, subject, plan.warmUp(), 0);
            pace = sample.perSecond();
            double compiling = (double) subject.compiling().minus(compiled).toNanos()
                    / Math.max(1, sample.cpu().toNanos());
            if (sample.cpuPerOperation() > before * STILL_FALLING && compiling < STILL_COMPILING) {
                break;
            }
            before = sample.cpuPerOperation();
        }
        return pace;
    }

    private Sample round(IssuanceCase which, Subject subject, Duration time, int prepared)
            throws BenchFailed, InterruptedException {
        try (var workload = workload(which, subject)) {
            workload.prepare(prepared);
            return new Load(subject, workload.workers()).run(time);
        } catch (Refused refused) {
            throw new BenchFailed(
                    which.label() + " cannot be set up with " + subject.name() + ": " + refused.getMessage());
        }
    }

    private Workload workload(IssuanceCase which, Subject subject) throws Refused {
        int workers = which.workers(plan.concurrency());
        return switch (which) {
            case ACME, ACME_ONE -> AcmeWorkload.begin(surroundings, subject, requests, workers);
            case SIGN, RENEW, RENEW_CONNECT, REKEY ->
                StepWorkload.begin(
                        which,
                        surroundings,
                        subject,
                        requests,
                        java.util.Objects.requireNonNull(tokens.get(subject.name())),
                        workers);
        };
    }

    /** Ends the subjects and removes all that they wrote; may be called by a second thread at any time. */
    @Override
    public void close() throws IOException {
        surroundings.close();
    }
}
