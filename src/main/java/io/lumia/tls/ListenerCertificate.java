package io.lumia.tls;

import static io.lumia.bus.FleetBus.DESCRIBE_AUTHORITY;
import static io.lumia.bus.FleetBus.LISTENER_RELOADED;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.AuthorityDescription;
import io.lumia.bus.FleetBus.DescribeAuthority;
import io.lumia.bus.FleetBus.ListenerReloaded;
import io.lumia.bus.FleetBus.RenewListenerOutcome;
import io.lumia.config.TlsConfig;
import io.lumia.tls.IdentityFiles.Generation;
import io.lumia.tls.ListenerIssuance.Fresh;
import io.lumia.tls.ListenerTrust.Anchors;
import io.lumia.x509.Pem;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate of one of our own listeners: obtained from the authority at the first start, kept on disk, and replaced while the listener
 * runs. A replacement is validated, swapped in, proved by handshakes with a good and a bad client, and rolled back when the proof fails; no
 * connection is dropped (architecture, way 3). The key is made here and goes nowhere.
 */
public final class ListenerCertificate {
    private static final Logger log = LoggerFactory.getLogger(ListenerCertificate.class);

    private final Vertx vertx;
    private final String listener;
    private final List<String> names;
    private final TlsConfig tls;
    private final Clock clock;
    private final IdentityFiles files;
    private final WorkerExecutor worker;
    private final ListenerIssuance issuance;
    private final ListenerTrust trust;
    private final SwappableKeys keys;
    private final Set<SocketAddress> strangers = ConcurrentHashMap.newKeySet();
    private volatile Generation generation;
    private volatile @Nullable Served served;
    private Future<?> last = Future.succeededFuture();
    private Future<RenewListenerOutcome> renewal = Future.succeededFuture();

    /** How the listener is proved. */
    private record Served(HandshakeProof proof, boolean clientCertificates) {}

    private ListenerCertificate(
            Vertx vertx,
            String listener,
            List<String> names,
            TlsConfig tls,
            Clock clock,
            IdentityFiles files,
            WorkerExecutor worker,
            ListenerTrust trust,
            Generation generation) {
        this.vertx = vertx;
        this.listener = listener;
        this.names = names;
        this.tls = tls;
        this.clock = clock;
        this.files = files;
        this.worker = worker;
        this.issuance = new ListenerIssuance(vertx, listener, names, clock, worker);
        this.trust = trust;
        this.generation = generation;
        this.keys = new SwappableKeys(generation.material());
    }

    /**
     * Takes the stored certificate when it is still good for these names and this authority, and obtains one otherwise.
     *
     * @param listener {@code broker}, {@code authority} or {@code gui}
     * @param names DNS names and addresses it must carry
     * @return fails with a sentence for the operator when the authority refuses or the files cannot be written
     */
    public static Future<ListenerCertificate> open(
            Vertx vertx, String listener, List<String> names, Path data, TlsConfig tls, Clock clock) {
        var files = new IdentityFiles(data, listener);
        var worker = vertx.createSharedWorkerExecutor("listener-certificates", 2);
        return DESCRIBE_AUTHORITY.ask(vertx, new DescribeAuthority()).compose(authority -> {
            var trust = trust(authority);
            return blocking(worker, () -> reusable(files, names, trust.fleet(), clock.instant()))
                    .compose(stored -> stored.map(Future::succeededFuture)
                            .orElseGet(() -> new ListenerIssuance(vertx, listener, names, clock, worker)
                                    .obtain()
                                    .compose(fresh -> blocking(worker, () -> keep(files, fresh, trust.fleet())))))
                    .map(generation -> new ListenerCertificate(
                            vertx, listener, names, tls, clock, files, worker, trust, generation))
                    .onSuccess(opened -> opened.tell("started"));
        });
    }

    /** For the listener's options; serves the newest generation from the next handshake on. */
    public KeyCertOptions keyCertOptions() {
        return KeyCertOptions.wrap(keys);
    }

    /** The authority's root, for those that connect to the listener. */
    public FleetTrust trust() {
        return trust.fleet();
    }

    /** For listeners that demand client certificates: the authority's root, and what {@link #trustAlso} added. */
    public FleetTrust clientTrust() {
        return trust.clients();
    }

    /**
     * Trusts the clients of these CAs, and of no others, beside the fleet's, from the next handshake on. Proved like a new certificate.
     *
     * @return fails with a sentence when the proof fails; then the trust is what it was
     */
    public Future<Void> trustAlso(List<X509Certificate> others) {
        return replaceTrust(anchors -> anchors.withOthers(others));
    }

    /** Trusts these roots of the fleet instead; otherwise as {@link #trustAlso}. */
    public Future<Void> trustFleet(List<X509Certificate> roots) {
        return DESCRIBE_AUTHORITY
                .ask(vertx, new DescribeAuthority())
                .map(authority -> trust(authority).anchors().intermediates())
                .compose(known -> replaceTrust(anchors -> anchors.withFleet(roots, joined(known, anchors))));
    }

    /** What the next handshake presents. */
    public TlsMaterial material() {
        return keys.material();
    }

    /**
     * Answers {@link FleetBus#renewListener} from now on.
     *
     * @param host where the listener can be reached from here
     * @param clientCertificates whether the listener demands them
     */
    public Future<Void> serveRenewals(String host, int port, boolean clientCertificates) {
        var proof = new HandshakeProof(vertx, tls, trust.fleet(), reachable(host), port, strangers);
        served = new Served(proof, clientCertificates);
        return FleetBus.renewListener(listener).serve(vertx, asked -> renewed(proof, clientCertificates));
    }

    /**
     * Whether this peer is the bad client of a proof that is under way, and so no attack. It goes by the address of a connection that is open:
     * nobody else can come from there meanwhile.
     *
     * @param address literal, as the listener sees it
     */
    public boolean isOwnStranger(String address, int port) {
        return port > 0 && strangers.contains(SocketAddress.inetSocketAddress(port, address));
    }

    /** Whoever asks during a renewal gets its outcome: two at once could roll back to what the other replaced. */
    private Future<RenewListenerOutcome> renewed(HandshakeProof proof, boolean clientCertificates) {
        synchronized (this) {
            if (renewal.isComplete()) {
                renewal = inTurn(() -> issuance.obtain()
                        .compose(fresh -> install(fresh, proof, clientCertificates))
                        .recover(failed -> Future.succeededFuture(kept("refused", failed))));
            }
            return renewal;
        }
    }

    /** One swap at a time: each is proved by what the listener serves and trusts meanwhile. */
    private synchronized <T> Future<T> inTurn(Supplier<Future<T>> swap) {
        var next = last.transform(before -> swap.get());
        last = next;
        return next;
    }

    private Future<Void> replaceTrust(UnaryOperator<Anchors> change) {
        return inTurn(() -> {
            var before = trust.anchors();
            var now = served;
            var next = change.apply(before);
            try {
                next.check(generation.material());
            } catch (CertificateException unfit) {
                tell("trust_rolled_back");
                return Future.failedFuture(unfit);
            }
            trust.replace(next);
            if (now == null) {
                return Future.succeededFuture();
            }
            return prove(generation.material(), now.proof, now.clientCertificates)
                    .onSuccess(proved -> tell("trust_reloaded"))
                    .onFailure(failed -> {
                        trust.replace(before);
                        tell("trust_rolled_back");
                    });
        });
    }

    /** Devices that send their leaf alone may still have one of an earlier intermediate. */
    private static List<X509Certificate> joined(List<X509Certificate> known, Anchors before) {
        return Stream.concat(known.stream(), before.intermediates().stream())
                .distinct()
                .toList();
    }

    private Future<RenewListenerOutcome> install(Fresh fresh, HandshakeProof proof, boolean clientCertificates) {
        return blocking(worker, () -> {
                    ServerFitness.check(fresh.material(), names, trust.fleet(), clock.instant());
                    return files.stage(
                            fresh.material(), fresh.issuedAt(), trust.fleet().roots());
                })
                .compose(staged -> swapAndProve(staged, proof, clientCertificates))
                .recover(unfit -> Future.succeededFuture(kept("invalid_certificate", unfit)));
    }

    private Future<RenewListenerOutcome> swapAndProve(
            Generation staged, HandshakeProof proof, boolean clientCertificates) {
        var previous = generation;
        keys.swap(staged.material());
        return prove(staged.material(), proof, clientCertificates)
                .compose(proved -> blocking(worker, () -> {
                    files.promote(staged);
                    tidy(files, staged);
                    return staged;
                }))
                .<RenewListenerOutcome>map(promoted -> {
                    generation = promoted;
                    tell("reloaded");
                    return new RenewListenerOutcome.Renewed(
                            promoted.serial(),
                            promoted.issuedAt(),
                            Validity.of(promoted.material().leaf()));
                })
                .recover(failed -> {
                    keys.swap(previous.material());
                    tell("rolled_back");
                    return blocking(worker, () -> back(staged, previous))
                            .otherwise(previous)
                            .map(back -> kept("rolled_back", failed));
                });
    }

    /** The link may have been switched already, when only its sync failed. */
    private Generation back(Generation staged, Generation previous) throws IOException {
        files.promote(previous);
        files.discard(staged);
        return previous;
    }

    private Future<Void> prove(TlsMaterial next, HandshakeProof proof, boolean clientCertificates) {
        if (!clientCertificates) {
            return proof.serves(next.fingerprint(), null);
        }
        return issuance.goodClient()
                .compose(good -> proof.serves(next.fingerprint(), good))
                .compose(served -> blocking(worker, () -> SelfSigned.material("stranger", clock.instant())))
                .compose(proof::refuses);
    }

    private RenewListenerOutcome kept(String reason, Throwable why) {
        log.atWarn()
                .addKeyValue("identity", listener)
                .addKeyValue("reason", reason)
                .addKeyValue("detail", why.getMessage())
                .log("listener keeps its certificate: the new one was not taken");
        return new RenewListenerOutcome.Kept(reason, String.valueOf(why.getMessage()));
    }

    private void tell(String result) {
        var now = generation;
        LISTENER_RELOADED.publish(
                vertx,
                new ListenerReloaded(
                        listener,
                        now.serial(),
                        now.issuedAt(),
                        Validity.of(now.material().leaf()),
                        result));
        log.atInfo()
                .addKeyValue("identity", listener)
                .addKeyValue("serial", now.serial())
                .addKeyValue("notAfter", now.notAfter())
                .addKeyValue("outcome", result)
                .log("listener serves certificate");
    }

    private static Generation keep(IdentityFiles files, Fresh fresh, FleetTrust trust) throws IOException {
        var staged = files.stage(fresh.material(), fresh.issuedAt(), trust.roots());
        files.promote(staged);
        tidy(files, staged);
        return staged;
    }

    private static Optional<Generation> reusable(
            IdentityFiles files, List<String> names, FleetTrust trust, Instant now) {
        var stored = files.current().filter(generation -> good(generation, names, trust, now));
        stored.ifPresent(generation -> tidy(files, generation));
        return stored;
    }

    private static boolean good(Generation stored, List<String> names, FleetTrust trust, Instant now) {
        try {
            ServerFitness.check(stored.material(), names, trust, now);
            return true;
        } catch (CertificateException unfit) {
            return false;
        }
    }

    /** What could not be removed is tried again next time; the generation in use is good all the same. */
    private static void tidy(IdentityFiles files, Generation inUse) {
        try {
            files.keepOnly(inUse);
        } catch (IOException stillThere) {
            log.atWarn()
                    .addKeyValue("directory", files.directory())
                    .addKeyValue("reason", stillThere)
                    .log("an old generation could not be removed");
        }
    }

    private static ListenerTrust trust(AuthorityDescription authority) {
        var intermediate = authority.intermediate();
        return new ListenerTrust(
                Pem.certificates(authority.root()), intermediate == null ? List.of() : Pem.certificates(intermediate));
    }

    private static String reachable(String host) {
        return switch (host) {
            case "0.0.0.0" -> "127.0.0.1";
            case "::", "0:0:0:0:0:0:0:0" -> "::1";
            default -> host;
        };
    }

    private static <T> Future<T> blocking(WorkerExecutor worker, Callable<T> work) {
        return worker.executeBlocking(work, false);
    }
}
