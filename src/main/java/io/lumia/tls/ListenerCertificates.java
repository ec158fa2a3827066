package io.lumia.tls;

import static io.lumia.bus.FleetBus.DESCRIBE_AUTHORITY;

import io.lumia.bus.FleetBus.DescribeAuthority;
import io.lumia.config.TlsConfig;
import io.lumia.config.TlsSection;
import io.lumia.config.TlsSection.Mode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Opens the certificates of the listeners of one process, each as its {@code tls} section says. */
public final class ListenerCertificates {
    private final Path data;
    private final TlsConfig tls;
    private final Clock clock;
    private final AcmeSources acme;

    /** Makes the source of a listener with mode acme. */
    @FunctionalInterface
    public interface AcmeSources {
        /** @param wanted what to obtain, from where and for whom */
        ListenerSource open(AcmeListener wanted);
    }

    /**
     * A listener with mode acme.
     *
     * @param listener {@code broker}, {@code authority} or {@code gui}
     * @param key of its section, for messages
     * @param host it listens on, where challenges are answered too
     * @param names to certify
     * @param storage directory of account, certificate and key
     */
    public record AcmeListener(
            String listener, String key, String host, List<String> names, TlsSection section, Path storage) {}

    /**
     * A listener to open.
     *
     * @param key of its section, {@code broker.tls}
     * @param demandsClients whether clients need a certificate
     */
    public record Wanted(
            String listener, String key, String host, List<String> names, TlsSection section, boolean demandsClients) {}

    /** For a process without mode acme. */
    public ListenerCertificates(Path data, TlsConfig tls, Clock clock) {
        this(data, tls, clock, wanted -> {
            throw new IllegalStateException(wanted.key() + ".mode acme is not possible in this process");
        });
    }

    public ListenerCertificates(Path data, TlsConfig tls, Clock clock, AcmeSources acme) {
        this.data = data;
        this.tls = tls;
        this.clock = clock;
        this.acme = acme;
    }

    /** What a listener with this section keeps to. */
    public TlsConfig tls(TlsSection section) {
        return tls.from(section.minVersion());
    }

    /** Completes with what the listener can serve at once; fails with a sentence for the operator. */
    public Future<ListenerCertificate> open(Vertx vertx, Wanted wanted) {
        boolean embedded = wanted.section.mode() == null || wanted.section.mode() == Mode.EMBEDDED;
        var worker = vertx.createSharedWorkerExecutor("listener-certificates", 2);
        var issuance = new ListenerIssuance(vertx, wanted.listener, wanted.names, worker);
        return trust(vertx, embedded || wanted.demandsClients).compose(trust -> {
            var plan = embedded ? embedded(wanted, issuance, trust, worker) : other(wanted, worker);
            var proof = new ListenerProof(vertx, tls(wanted.section), issuance, worker, clock);
            return ListenerStart.of(plan, trust.fleet().roots())
                    .map(first -> new ListenerCertificate(vertx, plan, trust, proof, first));
        });
    }

    Future<ListenerCertificate> embedded(Vertx vertx, String listener, List<String> names) {
        return open(
                vertx, new Wanted(listener, listener + ".tls", "127.0.0.1", names, TlsSection.of(Mode.EMBEDDED), true));
    }

    /** A listener that asks nobody for a certificate, and has its own from elsewhere, needs no authority. */
    private Future<ListenerTrust> trust(Vertx vertx, boolean needed) {
        var asked = DESCRIBE_AUTHORITY.ask(vertx, new DescribeAuthority()).map(ListenerTrust::of);
        return needed ? asked : asked.otherwise(unknown -> new ListenerTrust(List.of(), List.of()));
    }

    private ListenerPlan embedded(
            Wanted wanted, ListenerIssuance issuance, ListenerTrust trust, WorkerExecutor worker) {
        var source = new EmbeddedSource(issuance, wanted.names, trust.fleet());
        var store = new ListenerStore(new IdentityFiles(data, wanted.listener), source.origin());
        return plan(wanted, source, store, null, null, worker);
    }

    private ListenerPlan other(Wanted wanted, WorkerExecutor worker) {
        var pair = pair(wanted, worker);
        if (wanted.section.mode() == Mode.MANUAL) {
            var source = Objects.requireNonNull(pair, "mode manual has a pair");
            return plan(wanted, source, new ListenerStore(null, source.origin()), null, null, worker);
        }
        var settings = wanted.section.acme();
        var path = settings.storagePath();
        var storage = path == null ? data.resolve("acme").resolve(wanted.listener) : path;
        var names = settings.domains().isEmpty() ? wanted.names : settings.domains();
        var source =
                acme.open(new AcmeListener(wanted.listener, wanted.key, wanted.host, names, wanted.section, storage));
        var store = new ListenerStore(new IdentityFiles(storage), source.origin());
        return plan(wanted, source, store, pair, settings.renewBefore(), worker);
    }

    private @Nullable ManualPair pair(Wanted wanted, WorkerExecutor worker) {
        var certFile = wanted.section.certFile();
        var keyFile = wanted.section.keyFile();
        return certFile == null || keyFile == null
                ? null
                : new ManualPair(new PemPair(wanted.key, certFile, keyFile), clock, worker);
    }

    private ListenerPlan plan(
            Wanted wanted,
            ListenerSource source,
            ListenerStore store,
            @Nullable ManualPair fallback,
            @Nullable Duration renewBefore,
            WorkerExecutor worker) {
        return new ListenerPlan(
                wanted.listener, wanted.key, wanted.names, source, store, fallback, renewBefore, worker, clock);
    }
}
