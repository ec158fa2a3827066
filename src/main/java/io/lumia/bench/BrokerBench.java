package io.lumia.bench;

import io.lumia.bench.mqtt.Credential;
import io.lumia.bench.mqtt.Network;
import io.lumia.crypto.CryptoProviders;
import java.io.Closeable;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Measures brokers: ours and Mosquitto with the same load, in turns, on the same machine, with certificates of the same authority. */
public final class BrokerBench implements Closeable {
    /** Every subject there is, ours first. */
    public static final List<String> SUBJECTS = List.of(Broker.LUMIA, Broker.MOSQUITTO);

    private final Plan plan;
    private final Consumer<String> progress;
    private final Surroundings surroundings;
    private @Nullable Network network;

    /** What is measured. */
    public enum Kind {
        CONNECT,
        LATENCY,
        ROTATION,
        REVOCATION,
        STORM
    }

    /**
     * @param subjects names, as in {@link #SUBJECTS}
     * @param seconds of each part with messages
     * @param rounds of what is measured in rounds
     * @param rate messages a second, of all devices together
     * @param atOnce clients that connect at the same time
     * @param revoked certificates that are revoked one by one, and as many again at once
     * @param warmUp whether there is load before what counts
     */
    public record Plan(
            Kind kind,
            List<String> subjects,
            int devices,
            int seconds,
            int rounds,
            int rate,
            int atOnce,
            int revoked,
            boolean warmUp) {}

    /** What every measurement stands on. */
    record Ground(
            Plan plan,
            Brokers brokers,
            Network network,
            List<Credential> devices,
            Credential observer,
            Consumer<String> progress) {
        void tell(String line) {
            progress.accept(line);
        }
    }

    /** @param progress is told in a line what is being done */
    public BrokerBench(Plan plan, Consumer<String> progress) throws IOException {
        this.plan = plan;
        this.progress = progress;
        CryptoProviders.install();
        surroundings = new Surroundings();
    }

    /** How to get what the subject needs and is not installed; empty when it can be measured. */
    public static Optional<String> missing(String subject) {
        return subject.equals(Broker.MOSQUITTO) && Brokers.mosquittoProgram().isEmpty()
                ? Optional.of("mosquitto was not found; get it with: apt install mosquitto")
                : Optional.empty();
    }

    /** Starts the subjects and measures. @throws BenchFailed when one does not start, ends, or does not do what it is asked */
    public List<Figure> run() throws IOException, BenchFailed, InterruptedException {
        progress.accept("starting lumia");
        var brokers = new Brokers(surroundings);
        var measured = new ArrayList<Broker>();
        for (String subject : plan.subjects()) {
            measured.add(subject.equals(Broker.LUMIA) ? brokers.lumia() : brokers.mosquitto());
        }
        return measurement(ground(brokers)).run(measured);
    }

    private Ground ground(Brokers brokers) throws IOException, BenchFailed {
        progress.accept("obtaining " + plan.devices() + " certificates");
        var names = IntStream.rangeClosed(1, plan.devices())
                .mapToObj(number -> String.format(java.util.Locale.ROOT, "bench-%05d", number))
                .toList();
        var devices = brokers.api().devices(names);
        var observer = brokers.api().administrator(Brokers.OPERATOR);
        var authority = brokers.api().server("localhost");
        List<X509Certificate> roots = io.lumia.x509.Pem.certificates(authority.anchor());
        var chain = authority.credential().chain();
        var opened = new Network(roots, chain.subList(1, chain.size()));
        network = opened;
        return new Ground(plan, brokers, opened, devices, observer, progress);
    }

    private Measurement measurement(Ground ground) {
        return switch (plan.kind()) {
            case CONNECT -> new ConnectMeasurement(ground);
            case LATENCY -> new LatencyMeasurement(ground);
            case ROTATION -> new RotationMeasurement(ground);
            case REVOCATION -> new RevocationMeasurement(ground);
            case STORM -> new StormMeasurement(ground);
        };
    }

    /** Ends the subjects and removes all that they wrote; may be called by a second thread at any time. */
    @Override
    public void close() throws IOException {
        var opened = network;
        if (opened != null) {
            opened.close();
        }
        surroundings.close();
    }
}
