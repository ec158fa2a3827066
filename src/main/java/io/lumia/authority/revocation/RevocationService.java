package io.lumia.authority.revocation;

import io.lumia.bus.FleetBus.RevocationStatistics;
import io.lumia.config.AuthorityConfig;
import io.lumia.config.CannotStart;
import io.lumia.store.Store;
import io.lumia.x509.Issuer;
import io.lumia.x509.IssuerLocations;
import io.lumia.x509.OcspIssuer;
import io.lumia.x509.RevokedCertificate;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Everything that the CA tells of revoked certificates, and the journal that remembers them. */
public final class RevocationService {
    /** In DATA/ca. */
    static final String JOURNAL = "revocations.log";

    private static final long LONGEST_OCSP_SECONDS = 10;

    private final Vertx vertx;
    private final AuthorityConfig config;
    private final Path directory;
    private final Clock clock;
    private final WorkerExecutor signers;
    private final WorkerExecutor ocspWorker;
    private final SecureRandom randomness = new SecureRandom();
    private final RevocationJournal journal;
    private final RevokedCertificates revoked;
    private final Map<String, RevokedCertificates> revokedByRoots = new ConcurrentHashMap<>();
    private final OcspResponder ocsp;
    private final Store store;
    private final @Nullable RevocationFollower follower;
    private volatile Served served = new Served(Map.of(), List.of());

    /**
     * One generation of the CA, whose certificates are told about.
     *
     * @param rootName as in the address of the root's CRL
     * @param issuerName as in that of the CRL of what signs leaves; the same when the root does
     * @param root the trust anchor
     * @param rootSigner opens the root's key; called on a worker when a CRL of the root is due; null: it is elsewhere, and its CRL a file from there
     * @param leafIssuer signs leaves, and their CRL
     * @param leafLocations that stand in the leaves
     * @param revoked intermediates of this root
     */
    public record Authority(
            String rootName,
            String issuerName,
            X509Certificate root,
            @Nullable Callable<Issuer> rootSigner,
            Issuer leafIssuer,
            IssuerLocations leafLocations,
            List<RevokedCertificate> revoked) {
        public Authority {
            revoked = List.copyOf(revoked);
        }

        /** Whether the root signs the leaves itself. */
        boolean isSingle() {
            return leafIssuer.certificate().equals(root);
        }
    }

    /**
     * What is published.
     *
     * @param crls by issuer
     * @param leaves those of issuers of leaves; that of the one that issues first
     */
    private record Served(Map<String, CrlPublisher> crls, List<CrlPublisher> leaves) {
        Served {
            crls = Map.copyOf(crls);
            leaves = List.copyOf(leaves);
        }

        CrlPublisher issuing() {
            return leaves.get(0);
        }
    }

    private RevocationService(
            Vertx vertx,
            AuthorityConfig config,
            Path directory,
            Store store,
            WorkerExecutor signers,
            RevocationJournal journal,
            RevokedCertificates revoked,
            @Nullable RevocationFollower follower,
            Clock clock) {
        this.revoked = revoked;
        this.store = store;
        this.follower = follower;
        this.vertx = vertx;
        this.config = config;
        this.directory = directory;
        this.clock = clock;
        this.signers = signers;
        this.journal = journal;
        ocspWorker = vertx.createSharedWorkerExecutor("lumia-ocsp", 1, LONGEST_OCSP_SECONDS, TimeUnit.SECONDS);
        ocsp = new OcspResponder(store, config.ocsp().lifetime(), ocspWorker, clock);
    }

    /**
     * Opens the journal and brings it and the database together. Fails with {@link CannotStart} when the journal cannot be used.
     *
     * @param directory DATA/ca
     * @param authorities that of now first
     * @param signers where CRLs are signed
     */
    public static Future<RevocationService> open(
            Vertx vertx,
            AuthorityConfig config,
            Path directory,
            Store store,
            List<Authority> authorities,
            WorkerExecutor signers,
            Clock clock) {
        var path = directory.resolve(JOURNAL);
        return signers.executeBlocking(() -> openFile(path), false).compose(file -> {
            var journal = new RevocationJournal(vertx, file);
            var revoked = new RevokedCertificates();
            return follower(vertx, store, revoked, journal)
                    .map(follower -> new RevocationService(
                            vertx, config, directory, store, signers, journal, revoked, follower.orElse(null), clock))
                    .compose(service -> new JournalMerge(vertx, store, journal, clock)
                            .run(file.revoked())
                            .onSuccess(revoked::addAll)
                            .map(merged -> {
                                service.change(authorities);
                                return service;
                            })
                            .recover(broken -> service.close().transform(closed -> Future.failedFuture(broken))));
        });
    }

    private static Future<Optional<RevocationFollower>> follower(
            Vertx vertx, Store store, RevokedCertificates revoked, RevocationJournal journal) {
        return store.isShared()
                ? RevocationFollower.open(vertx, store, revoked, journal).map(Optional::of)
                : Future.succeededFuture(Optional.empty());
    }

    private static JournalFile openFile(Path path) {
        try {
            return JournalFile.open(path);
        } catch (IOException unusable) {
            throw new CannotStart(
                    "the revocation journal " + path.toAbsolutePath() + " cannot be read or written (" + unusable
                            + "); give this user access to it",
                    unusable);
        }
    }

    /** Has the CRLs at hand, and keeps them fresh from now on. */
    public Future<Void> start() {
        var following = follower == null
                ? Future.<Void>succeededFuture()
                : follower.start(writer -> served.leaves.forEach(publisher -> publisher.ensureLists(writer)));
        return following.compose(followed -> start(served.crls.values()));
    }

    /** Tells about these generations from now on, that of now first. Completes when their CRLs are at hand. */
    public Future<Void> serve(List<Authority> authorities) {
        var before = served;
        change(authorities);
        before.crls.forEach((name, publisher) -> {
            if (!served.crls.containsKey(name)) {
                publisher.close();
            }
        });
        return start(served.crls.entrySet().stream()
                .filter(entry -> !before.crls.containsKey(entry.getKey()))
                .map(Map.Entry::getValue)
                .toList());
    }

    private Future<Void> start(Collection<CrlPublisher> publishers) {
        // that of leaves always: the database may have been changed meanwhile
        return Future.all(publishers.stream()
                        .map(publisher -> publisher.start(served.leaves.contains(publisher)))
                        .toList())
                .mapEmpty();
    }

    private void change(List<Authority> authorities) {
        var crls = new LinkedHashMap<String, CrlPublisher>();
        var leaves = new ArrayList<CrlPublisher>();
        for (Authority authority : authorities) {
            var there = served.crls.get(authority.issuerName());
            var publisher = there == null ? leaves(authority) : there;
            leaves.add(publisher);
            crls.put(authority.issuerName(), publisher);
            if (!authority.isSingle()) {
                var root = served.crls.get(authority.rootName());
                crls.putIfAbsent(authority.rootName(), root == null ? root(authority) : root);
                listIntermediates(authority, crls.get(authority.rootName()));
            }
        }
        served = new Served(crls, leaves);
        ocsp.answerFor(authorities.stream().map(this::answering).toList());
    }

    private void listIntermediates(Authority authority, CrlPublisher root) {
        var listed = revokedByRoots.computeIfAbsent(authority.rootName(), first -> new RevokedCertificates());
        if (listed.snapshot().size() < authority.revoked().size()) {
            listed.addAll(authority.revoked());
            root.changed();
        }
    }

    private OcspResponder.Answering answering(Authority authority) {
        var issuer = authority.leafIssuer();
        return new OcspResponder.Answering(
                new OcspIssuer(issuer.certificate()),
                new OcspSigner(
                        issuer,
                        config.organization(),
                        config.backdate(),
                        config.ocsp().signerLifetime(),
                        randomness,
                        clock));
    }

    /** To be told once the database has it: the next CRL lists it. Completes when the journal holds it on disk. */
    public Future<Void> revoked(RevokedCertificate certificate) {
        revoked.add(certificate);
        served.leaves.forEach(CrlPublisher::changed);
        return journal.append(List.of(certificate));
    }

    /** Completes when the journal holds all that was revoked so far. */
    public Future<Void> journaled() {
        return journal.append(List.of());
    }

    /** Adds what certificates point at, by plain HTTP. */
    public void mountPlain(Router router) {
        new RevocationRoutes(this::crl, () -> served.issuing(), ocsp, clock).mountPlain(router);
    }

    /** Adds what step-ca serves by HTTPS. */
    public void mountSecure(Router router) {
        new RevocationRoutes(this::crl, () -> served.issuing(), ocsp, clock).mountSecure(router);
    }

    /** For metrics. */
    public RevocationStatistics statistics() {
        return new RevocationStatistics(
                firstNextUpdate(),
                served.issuing().current().map(PublishedCrl::entries).orElse(0),
                served.issuing().current().map(crl -> crl.der().length()).orElse(0),
                ocsp.counts());
    }

    /** Finishes the journal. */
    public Future<Void> close() {
        served.crls.values().forEach(CrlPublisher::close);
        if (follower != null) {
            follower.close();
        }
        return journal.close().eventually(ocspWorker::close);
    }

    private Optional<CrlPublisher> crl(String issuer) {
        return Optional.ofNullable(served.crls.get(issuer));
    }

    private @Nullable Instant firstNextUpdate() {
        return served.crls.values().stream()
                .flatMap(publisher -> publisher.current().stream())
                .map(PublishedCrl::nextUpdate)
                .min(Instant::compareTo)
                .orElse(null);
    }

    private CrlPublisher leaves(Authority authority) {
        var issuer = authority.leafIssuer();
        // A root that is checked as well has no distribution points, and a CRL that names one would not be its CRL (RFC
        // 5280, 6.3.3).
        var url = authority.isSingle() ? null : authority.leafLocations().crlUrl();
        var name = authority.issuerName();
        var builder = new CrlBuilder(
                new CrlFile(directory.resolve(name + ".crl"), issuer.certificate()),
                () -> issuer,
                revoked,
                url == null ? List.of() : List.of(url),
                config.crl().lifetime(),
                config.crl().refresh(),
                clock);
        return publisher(builder, name, config.crl().refresh());
    }

    /** Lists intermediates that were replaced and revoked. Without distribution point, as above. */
    private CrlPublisher root(Authority authority) {
        var builder = new CrlBuilder(
                new CrlFile(directory.resolve(authority.rootName() + ".crl"), authority.root()),
                authority.rootSigner(),
                revokedByRoots.computeIfAbsent(authority.rootName(), first -> new RevokedCertificates()),
                List.of(),
                config.crl().rootLifetime(),
                config.crl().rootRefresh(),
                clock);
        return publisher(builder, authority.rootName(), config.crl().rootRefresh());
    }

    private CrlPublisher publisher(CrlBuilder builder, String issuer, Duration refresh) {
        var shared = follower == null || !builder.signs()
                ? null
                : new SharedCrl(store.crls(), issuer, follower, builder, signers);
        return new CrlPublisher(vertx, signers, builder, shared, issuer, refresh, clock, randomness);
    }
}
