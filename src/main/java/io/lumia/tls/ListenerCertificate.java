package io.lumia.tls;

import static io.lumia.bus.FleetBus.DESCRIBE_AUTHORITY;
import static io.lumia.bus.FleetBus.LISTENER_RELOADED;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.DescribeAuthority;
import io.lumia.bus.FleetBus.ListenerReloaded;
import io.lumia.bus.FleetBus.RenewListenerOutcome;
import io.lumia.bus.FleetBus.TrustHolder;
import io.lumia.bus.NodeId;
import io.lumia.config.TlsConfig;
import io.lumia.tls.ListenerStore.InUse;
import io.lumia.tls.ListenerTrust.Anchors;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.KeyCertOptions;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate of one of our own listeners: obtained from its source at the first start, kept on disk, and replaced while the listener
 * runs. A replacement is validated, swapped in, proved by handshakes with a good and a bad client, and rolled back when the proof fails; no
 * connection is dropped (architecture, way 3). When a renewal fails near expiry, the operator's fallback pair is served, if there is one.
 */
public final class ListenerCertificate {
    private static final Logger log = LoggerFactory.getLogger(ListenerCertificate.class);
    private static final long LOOK_AT_ISSUER_MS = 5_000;

    private final Vertx vertx;
    private final ListenerPlan plan;
    private final ListenerTrust trust;
    private final ListenerProof proof;
    private final SwappableKeys keys;
    private volatile InUse inUse;
    private volatile boolean fallenBack;
    /** Its issuer was replaced, and it was tried to replace it as well. */
    private volatile @Nullable InUse outdated;

    private Future<?> last = Future.succeededFuture();
    private Future<RenewListenerOutcome> renewal = Future.succeededFuture();

    ListenerCertificate(Vertx vertx, ListenerPlan plan, ListenerTrust trust, ListenerProof proof, ListenerStart first) {
        this.vertx = vertx;
        this.plan = plan;
        this.trust = trust;
        this.proof = proof;
        this.inUse = first.inUse();
        this.fallenBack = first.fallenBack();
        this.keys = new SwappableKeys(inUse.material());
        tell("started");
    }

    /**
     * One from the fleet's own CA: the stored certificate when it is still good for these names and this authority, a new one otherwise.
     *
     * @param listener {@code broker}, {@code authority} or {@code gui}
     * @param names DNS names and addresses it must carry
     * @return fails with a sentence for the operator when the authority refuses or the files cannot be written
     */
    public static Future<ListenerCertificate> open(
            Vertx vertx, String listener, List<String> names, Path data, TlsConfig tls, Clock clock) {
        return new ListenerCertificates(data, tls, clock).embedded(vertx, listener, names);
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
                .map(authority -> ListenerTrust.of(authority).anchors().intermediates())
                .compose(known -> replaceTrust(anchors -> anchors.withFleet(roots, joined(known, anchors))));
    }

    /**
     * Takes the fleet's roots as the authority hands them out, and a certificate of its new issuer when it has one; tells the authority which roots are
     * in use. Without effect where nothing of the fleet is trusted.
     *
     * @param kind as what, in the authority's books, by the names of listener and node
     * @param changed called after each change of trust
     */
    public Future<Void> followTrust(TrustHolder kind, Runnable changed) {
        if (trust.fleet().roots().isEmpty()) {
            return Future.succeededFuture();
        }
        if (plan.source() instanceof EmbeddedSource) {
            vertx.setPeriodic(LOOK_AT_ISSUER_MS, tick -> lookAtIssuer());
        }
        return new TrustAdoption(
                        vertx,
                        kind,
                        plan.listener() + "@" + NodeId.of(vertx).name(),
                        roots -> roots.equals(trust.anchors().roots())
                                ? Future.succeededFuture()
                                : trustFleet(roots).onSuccess(proved -> changed.run()))
                .follow();
    }

    /** What the old issuer signed would keep its root in use. */
    private void lookAtIssuer() {
        var served = inUse;
        if (!renewal.isComplete() || served.equals(outdated)) {
            return;
        }
        DESCRIBE_AUTHORITY.ask(vertx, new DescribeAuthority()).onSuccess(authority -> {
            if (served.equals(inUse)
                    && !EmbeddedSource.isIssuedBy(authority, served.material().leaf())) {
                renewed().onComplete(done -> outdated = inUse); // once: should it fail, the policy has it renewed
            }
        });
    }

    /** What the next handshake presents. */
    public TlsMaterial material() {
        return keys.material();
    }

    /**
     * Answers {@link FleetBus#renewListener} from now on, and takes the operator's files when they change.
     *
     * @param host where the listener can be reached from here
     * @param clientCertificates whether the listener demands them
     */
    public Future<Void> serveRenewals(String host, int port, boolean clientCertificates) {
        proof.listening(host, port, clientCertificates);
        plan.watch(vertx, this::pairChanged);
        return FleetBus.renewListener(plan.listener()).serve(vertx, asked -> renewed());
    }

    /**
     * Whether this peer is the bad client of a proof that is under way, and so no attack. It goes by the address of a connection that is open:
     * nobody else can come from there meanwhile.
     *
     * @param address literal, as the listener sees it
     */
    public boolean isOwnStranger(String address, int port) {
        return proof.isOwnStranger(address, port);
    }

    /** Whoever asks during a renewal gets its outcome: two at once could roll back to what the other replaced. */
    private Future<RenewListenerOutcome> renewed() {
        synchronized (this) {
            if (renewal.isComplete()) {
                renewal = inTurn(() -> plan.source()
                        .obtain(inUse.material())
                        .compose(
                                this::install,
                                failed -> fallBack().map(kept(CertificateNotObtained.reason(failed), failed))));
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

    private Future<RenewListenerOutcome> install(TlsMaterial fresh) {
        if (plan.serves(fresh, inUse.material())) {
            return Future.succeededFuture(new RenewListenerOutcome.Kept(
                    "unchanged", "the files still hold the certificate that is served; put a new one there"));
        }
        return blocking(() -> plan.stage(fresh, trust.fleet().roots()))
                .compose(staged -> swapAndProve(staged, false))
                .recover(unfit -> fallBack().map(kept("invalid_certificate", unfit)));
    }

    private Future<RenewListenerOutcome> swapAndProve(InUse staged, boolean toFallback) {
        var previous = inUse;
        keys.swap(staged.material());
        return proof.of(staged.material(), plan.trust(staged.material(), toFallback))
                .compose(proved -> blocking(() -> {
                    plan.store().promote(staged);
                    return staged;
                }))
                .<RenewListenerOutcome>map(promoted -> taken(promoted, toFallback))
                .recover(failed -> {
                    keys.swap(previous.material());
                    tell("rolled_back");
                    return blocking(() -> {
                                plan.store().back(staged);
                                return previous;
                            })
                            .otherwise(previous)
                            .map(back -> kept("rolled_back", failed));
                });
    }

    private RenewListenerOutcome taken(InUse promoted, boolean toFallback) {
        inUse = promoted;
        fallenBack = toFallback;
        tell(toFallback ? "fallback" : "reloaded");
        var validity = Validity.of(promoted.material().leaf());
        return new RenewListenerOutcome.Renewed(promoted.serial(), promoted.issuedAt(), validity, plan.method());
    }

    /** The renewal has failed: what is served near its end gives way to the operator's pair. Never fails. */
    private Future<?> fallBack() {
        if (fallenBack || !plan.isFallbackDue(inUse)) {
            return Future.succeededFuture();
        }
        return takeFallback();
    }

    private Future<?> takeFallback() {
        return plan.readFallback()
                .compose(pair -> swapAndProve(InUse.of(pair), true))
                .onSuccess(taken -> plan.warnOfFallback())
                .onFailure(unusable -> log.atError()
                        .addKeyValue("identity", plan.listener())
                        .addKeyValue("reason", unusable.getMessage())
                        .log("the fallback certificate cannot be used"))
                .otherwiseEmpty();
    }

    /** In mode manual it is what is served, in mode acme only while it stands in. */
    private Future<?> pairChanged() {
        if (plan.isManual()) {
            return renewed().onSuccess(outcome -> {
                if (outcome instanceof RenewListenerOutcome.Kept kept
                        && !kept.reason().equals("unchanged")) {
                    tell("refused");
                }
            });
        }
        return fallenBack
                ? inTurn(this::takeFallback)
                : plan.readFallback().onFailure(plan::warnOfUnusable).otherwiseEmpty();
    }

    private Future<Void> replaceTrust(UnaryOperator<Anchors> change) {
        return inTurn(() -> {
            var before = trust.anchors();
            var next = change.apply(before);
            try {
                plan.checkWith(next, inUse.material());
            } catch (CertificateException unfit) {
                tell("trust_rolled_back");
                return Future.failedFuture(unfit);
            }
            trust.replace(next);
            return proof.of(inUse.material(), plan.trust(inUse.material(), fallenBack))
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

    private RenewListenerOutcome kept(String reason, Throwable why) {
        log.atWarn()
                .addKeyValue("identity", plan.listener())
                .addKeyValue("reason", reason)
                .addKeyValue("detail", why.getMessage())
                .log("listener keeps its certificate: the new one was not taken");
        return new RenewListenerOutcome.Kept(reason, String.valueOf(why.getMessage()));
    }

    private void tell(String result) {
        var now = inUse;
        var source = fallenBack ? "fallback" : plan.method();
        var validity = Validity.of(now.material().leaf());
        LISTENER_RELOADED.publish(
                vertx,
                new ListenerReloaded(
                        plan.listener(), now.serial(), now.issuedAt(), validity, result, source, plan.renewBefore()));
        log.atInfo()
                .addKeyValue("identity", plan.listener())
                .addKeyValue("serial", now.serial())
                .addKeyValue("notAfter", now.notAfter())
                .addKeyValue("source", source)
                .addKeyValue("outcome", result)
                .log("listener serves certificate");
    }

    private <T> Future<T> blocking(Callable<T> work) {
        return plan.blocking(work);
    }
}
