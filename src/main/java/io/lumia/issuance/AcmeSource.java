package io.lumia.issuance;

import io.lumia.config.IssuerConfig;
import io.lumia.issuance.IssuanceFailed.Reason;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.CertificateRequest;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.net.URI;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Identifier;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Order;
import org.shredzone.acme4j.connector.Resource;
import org.shredzone.acme4j.exception.AcmeException;

/**
 * Any CA that speaks ACME (RFC 8555). One account per storage path; its key and the last certificate are kept there. acme4j blocks, so each
 * exchange is a short visit to a worker.
 */
final class AcmeSource implements CertificateSource {
    private final IssuerConfig config;
    private final URI directory;
    private final WorkerExecutor workers;
    private final AcmeSessions sessions;
    private final AcmePolls polls;
    private final IssuerStorage storage;
    private final ChallengeSolver solver;
    private final Clock clock;
    private volatile @Nullable Login login;

    AcmeSource(
            IssuerConfig config,
            URI directory,
            WorkerExecutor workers,
            AcmeSessions sessions,
            AcmePolls polls,
            IssuerStorage storage,
            ChallengeSolver solver,
            Clock clock) {
        this.config = config;
        this.directory = directory;
        this.workers = workers;
        this.sessions = sessions;
        this.polls = polls;
        this.storage = storage;
        this.solver = solver;
        this.clock = clock;
    }

    @Override
    public String method() {
        return "acme";
    }

    @Override
    public String issuer() {
        return directory.toString();
    }

    /** Asks for the directory (RFC 8555, 7.1.1), past every cache. */
    @Override
    public Future<Void> health() {
        return visit(() -> {
            var session = sessions.open(directory, IssuerTrust.read(config).server());
            var unused = session.resourceUrl(Resource.NEW_ORDER);
            return null;
        });
    }

    @Override
    public Future<TlsMaterial> obtain(CertificateWish wish) {
        return visit(() -> open(wish))
                .compose(order -> new AcmeOrdering(workers, polls, solver, config.timeout(), clock, wish, order)
                        .certificate()
                        .recover(this::told))
                .compose(material -> visit(() -> accepted(material, wish)));
    }

    @Override
    public Future<Optional<TlsMaterial>> last() {
        return visit(storage::last);
    }

    private Order open(CertificateWish wish) throws AcmeException, IssuanceFailed {
        var open = login;
        if (open == null) {
            open = login();
            login = open;
        }
        var order = open.newOrder();
        for (String name : wish.names()) {
            order.identifier(CertificateRequest.isAddress(name) ? Identifier.ip(name) : Identifier.dns(name));
        }
        if (config.profile() != null) {
            order.profile(config.profile());
        }
        return order.create();
    }

    /** Opens the account of the key, or finds the one that exists (RFC 8555, 7.3.1). */
    private Login login() throws AcmeException, IssuanceFailed {
        var account = new AccountBuilder().agreeToTermsOfService().useKeyPair(storage.accountKey());
        if (config.email() != null) {
            account.addEmail(config.email());
        }
        var eab = config.eab();
        if (eab.keyId() != null && eab.hmacKeyFile() != null) {
            try {
                account.withKeyIdentifier(eab.keyId(), eab.hmacKeyFile().read("eab.hmac-key-file"));
            } catch (IllegalArgumentException unusable) {
                throw new IssuanceFailed(Reason.INTERNAL, String.valueOf(unusable.getMessage()), null, unusable);
            }
        }
        return account.createLogin(
                sessions.open(directory, IssuerTrust.read(config).server()));
    }

    private TlsMaterial accepted(TlsMaterial material, CertificateWish wish) throws IssuanceFailed {
        IssuedCertificateCheck.demand(material, wish, IssuerTrust.read(config).roots(), clock.instant());
        storage.keep(material);
        return material;
    }

    private <T> Future<T> visit(Callable<T> exchange) {
        return workers.executeBlocking(exchange, false).recover(this::told);
    }

    /** The account may be gone at the CA, so it is looked for again next time. */
    private <T> Future<T> told(Throwable failure) {
        login = null;
        return Future.failedFuture(AcmeProblems.told(failure, directory, clock.instant()));
    }
}
