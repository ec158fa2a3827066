package io.lumia.agent;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateObtained;
import io.lumia.mqtt.ClientSession;
import io.lumia.mqtt.Ending;
import io.lumia.mqtt.Message;
import io.lumia.mqtt.MqttConnection;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.IdentityFiles;
import io.lumia.tls.TlsMaterial;
import io.lumia.tls.TrustBundle;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import io.vertx.core.Future;
import io.vertx.core.net.ClientSSLOptions;
import java.net.InetAddress;
import java.net.URI;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The steps that an identity can take, each a Future that fails with {@link StepFailed}; {@link Agent} decides which comes next. */
final class Identity {
    private final DeviceName name;
    private final InetAddress address;
    private final AgentEnvironment environment;
    private final String dnsName;
    private final IdentityStore store;

    private @Nullable KeyPair key;
    private @Nullable String token;
    private @Nullable Contact contact;
    private @Nullable FleetTrust trust;
    /** Those of {@link #trust} that the fleet's CA hands out. */
    private List<X509Certificate> fleetRoots = List.of();

    private IdentityFiles.@Nullable Generation generation;
    private volatile List<X509Certificate> others = List.of();
    private Set<Fingerprint> pinned = Set.of();
    private @Nullable Presented presented;
    /** The generation in use replaced no other that worked; forgotten with the process, which makes it due in the usual window. */
    private boolean first;
    /** Removing old generations must not catch one that is being written. */
    private Future<Void> tidying = Future.succeededFuture();

    /** TLS for the certificate that connected last; connections by the same one share it. */
    private record Presented(TlsMaterial material, FleetTrust trust, ClientSSLOptions ssl) {}

    Identity(DeviceName name, InetAddress address, AgentEnvironment environment) {
        this.name = name;
        this.address = address;
        this.environment = environment;
        this.dnsName = environment.domain().dnsName(name);
        this.store = new IdentityStore(environment.data(), name.value(), demandedName());
    }

    DeviceName name() {
        return name;
    }

    /** The certificate in use; null before the first. */
    IdentityFiles.@Nullable Generation generation() {
        return generation;
    }

    /** What the disk says about where this life stands. */
    Future<AgentState> load() {
        return work(() -> {
                    others = TrustBundle.read(
                            "agent.tls.ca-files", environment.config().tls().trusted(), List.of());
                    return store.load(environment.rootFingerprint(), others);
                })
                .map(kept -> {
                    key = kept.identityKey();
                    token = kept.token();
                    pinned = kept.pinned();
                    generation = kept.generation();
                    var trusted = kept.trusted();
                    if (trusted == null) {
                        return AgentState.NEW;
                    }
                    contact = trusted.contact();
                    use(trusted.roots());
                    return expired() ? AgentState.PROVISIONED : AgentState.CERTIFIED;
                });
    }

    /** Whether there is no certificate that a broker would accept now. */
    boolean expired() {
        return generation == null
                || !generation.notAfter().isAfter(environment.clock().instant());
    }

    /** What is left of the certificate in use; zero or less without a good one. */
    Duration left() {
        var now = environment.clock().instant();
        return generation == null ? Duration.ZERO : Duration.between(now, generation.notAfter());
    }

    Future<Void> claim() {
        var claim = new Enrolment.Claim(name, known(key), address, pinned, token);
        return environment
                .enrolment()
                .claim(claim)
                .compose(claimed -> work(() -> {
                            store.keep(claimed);
                            return claimed;
                        })
                        .map(kept -> {
                            contact = kept.contact();
                            use(kept.roots());
                            token = null;
                            return null;
                        }));
    }

    private void use(List<X509Certificate> roots) {
        fleetRoots = roots;
        trust = new FleetTrust(roots(roots, others));
    }

    /** Of the roots in use that the fleet's CA handed out. */
    Fingerprint bundle() {
        return Fingerprint.ofBundle(fleetRoots);
    }

    /** Whether its roots are the CA's to change; not where an operator gives certificate and roots as files. */
    boolean learnsRoots() {
        return environment.orders().certifiesName();
    }

    /**
     * Asks the CA for its roots, and uses them for new connections from now on when they are others; what is connected stays.
     *
     * @param connected whether the broker is to be reached by the certificate in use
     * @return whether they were others; fails with {@link StepFailed} when they are not good, and everything is as it was
     */
    Future<Boolean> learnRoots(boolean connected) {
        var before = known(trust);
        return environment.roots().look(contact().acmeDirectory(), before).compose(offer -> {
            if (Fingerprint.ofBundle(offer.roots()).equals(bundle())) {
                return Future.succeededFuture(false);
            }
            return work(() -> {
                        RootReview.accept(offer, environment.clock().instant());
                        return offer.roots();
                    })
                    .compose(roots -> connectable(roots, connected))
                    .compose(roots -> work(() -> {
                        store.keep(roots);
                        return roots;
                    }))
                    .onFailure(unfit -> environment.roots().forget(before))
                    .map(roots -> {
                        use(roots);
                        return true;
                    });
        });
    }

    /** Who lets go of a root must still reach the broker afterwards. */
    private Future<List<X509Certificate>> connectable(List<X509Certificate> roots, boolean connected) {
        var inUse = generation;
        if (inUse == null || !connected || roots.containsAll(fleetRoots)) {
            return Future.succeededFuture(roots);
        }
        var ssl = environment.connector().sslOptions(inUse.material(), new FleetTrust(roots(roots, others)));
        return probe(ssl).map(roots).recover(failure -> Future.failedFuture(StepFailed.rolledBack(failure)));
    }

    /** Whether the certificate in use is of one of the roots in use. */
    boolean isUnderRoots() {
        try {
            var inUse = generation;
            if (inUse != null) {
                CertificateCheck.chained(
                        inUse.material().chain(),
                        known(trust).roots(),
                        environment.clock().instant());
            }
            return true;
        } catch (StepFailed other) {
            return false;
        }
    }

    /**
     * Tells the CA which roots are in use.
     *
     * @return whether they are those of now; fails with {@link StepFailed}
     */
    Future<Boolean> confirmRoots() {
        var bundle = bundle();
        return environment
                .roots()
                .confirm(
                        contact().acmeDirectory(),
                        known(trust),
                        known(generation).material(),
                        address,
                        bundle)
                .compose(current -> work(() -> {
                    store.confirmed(bundle);
                    return current;
                }));
    }

    /** Whether the CA knows which roots are in use, as far as the disk says. */
    Future<Boolean> hasConfirmedRoots() {
        var bundle = bundle().hex();
        return work(() -> store.confirmed().filter(bundle::equals).isPresent());
    }

    /** Obtains a certificate, checks it and writes it beside the one in use. */
    Future<IdentityFiles.Generation> order() {
        var roots = known(trust).roots();
        return spare().compose(material -> tidying.transform(tidy ->
                work(() -> store.files().stage(material, environment.clock().instant(), roots))));
    }

    /** Obtains a certificate and checks it; it is kept nowhere. */
    Future<TlsMaterial> spare() {
        var roots = known(trust).roots();
        return environment
                .orders()
                .place(request())
                .compose(material -> work(() -> {
                    CertificateCheck.fit(
                            material.chain(),
                            roots,
                            demandedName(),
                            environment.clock().instant());
                    return fresh(material);
                }))
                .onSuccess(material -> FleetBus.CERTIFICATE_OBTAINED.publish(
                        environment.vertx(), new CertificateObtained(name.value(), Pem.of(material.leaf()))));
    }

    /** Whether what would come now is another certificate than the one in use; what is no good is, so that it is told. */
    Future<Boolean> hasNew() {
        return environment.orders().place(request()).map(this::isNew).otherwise(true);
    }

    private CertificateOrder.Request request() {
        return new CertificateOrder.Request(name, dnsName, known(key), directory(), known(trust), address);
    }

    private TlsMaterial fresh(TlsMaterial material) throws StepFailed {
        if (!isNew(material)) {
            throw StepFailed.operator(
                    StepFailed.Reason.INVALID_CERTIFICATE,
                    "the certificate in use came again; where it comes from files, put a new one there");
        }
        return material;
    }

    private boolean isNew(TlsMaterial material) {
        return generation == null || !generation.material().leaf().equals(material.leaf());
    }

    private @Nullable String demandedName() {
        return environment.orders().certifiesName() ? dnsName : null;
    }

    /** Puts the staged generation in the place of the one in use, on disk and here. */
    Future<Void> promote(IdentityFiles.Generation next) {
        boolean replacesNone = expired();
        return work(() -> {
                    store.files().promote(next);
                    return next;
                })
                .map(promoted -> {
                    generation = promoted;
                    first = replacesNone;
                    return null;
                });
    }

    /** Removes a staged generation that did not prove itself. */
    Future<Void> discard(IdentityFiles.Generation staged) {
        return work(() -> {
                    store.files().discard(staged);
                    return staged;
                })
                .mapEmpty();
    }

    /** Removes all generations but the one in use. */
    Future<Void> tidy() {
        var inUse = generation;
        if (inUse != null) {
            tidying = work(() -> {
                        store.files().keepOnly(inUse);
                        return inUse;
                    })
                    .mapEmpty();
        }
        return tidying;
    }

    /** Connects as the identity itself; the broker hands the session over from an older connection. */
    Future<MqttConnection> connect(TlsMaterial material, ClientSession session, MqttConnection.Listener listener) {
        return dial(name.value(), false, ssl(material), session, listener);
    }

    /** Connects and disconnects beside the real connection, to see that the broker accepts the certificate. */
    Future<Void> probe(TlsMaterial material) {
        return probe(ssl(material));
    }

    private Future<Void> probe(ClientSSLOptions ssl) {
        return dial(name.value() + "!probe", true, ssl, new ClientSession(1, 1), new SilentListener())
                .compose(MqttConnection::disconnect);
    }

    /** The pair in use as somebody else would have it; empty before the first. */
    Optional<CopiedPair> copy() {
        var inUse = generation;
        return inUse == null
                ? Optional.empty()
                : Optional.of(new CopiedPair(contact(), inUse.material(), known(trust), environment.connector()));
    }

    private Future<MqttConnection> dial(
            String clientId,
            boolean cleanStart,
            ClientSSLOptions ssl,
            ClientSession session,
            MqttConnection.Listener listener) {
        var dial = new MqttConnector.Dial(contact(), clientId, cleanStart, ssl, address, session);
        return environment.connector().connect(dial, listener);
    }

    private ClientSSLOptions ssl(TlsMaterial material) {
        var trusted = known(trust);
        var last = presented;
        if (last == null || !last.material.equals(material) || !last.trust.equals(trusted)) {
            last = new Presented(material, trusted, environment.connector().sslOptions(material, trusted));
            presented = last;
        }
        return last.ssl;
    }

    /** When the certificate in use should be renewed. */
    Instant dueAt() {
        var inUse = known(generation);
        var policy = environment.policy();
        return first
                ? policy.firstDueAt(name.value(), inUse.serial(), inUse.issuedAt(), inUse.notAfter())
                : policy.dueAt(name.value(), inUse.serial(), inUse.issuedAt(), inUse.notAfter());
    }

    private URI directory() {
        var other = environment.config().tls().acme().directoryUrl();
        return other == null ? contact().acmeDirectory() : other;
    }

    /** Those of the fleet first. */
    static List<X509Certificate> roots(List<X509Certificate> fleets, List<X509Certificate> others) {
        return Stream.concat(fleets.stream(), others.stream()).distinct().toList();
    }

    private Contact contact() {
        return environment.knownContact() != null ? environment.knownContact() : known(contact);
    }

    private <T> Future<T> work(Callable<T> blocking) {
        return environment.workers().executeBlocking(blocking, false);
    }

    private static <T> T known(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("this step comes later in the identity's life");
        }
        return value;
    }

    private static final class SilentListener implements MqttConnection.Listener {
        @Override
        public void message(Message message) {}

        @Override
        public void closed(MqttConnection connection, Ending ending) {}
    }
}
