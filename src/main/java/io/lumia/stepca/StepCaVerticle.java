package io.lumia.stepca;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.AuthorityDescription;
import io.lumia.bus.FleetBus.OverdueCount;
import io.lumia.config.CannotStart;
import io.lumia.config.StepCaAuthorityConfig;
import io.lumia.issuance.StepCaClient;
import io.lumia.lifecycle.RenewalPolicy;
import io.lumia.store.Store;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.FleetDomain;
import io.lumia.x509.Pem;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Answers the authority's calls where a step-ca signs: first certificates by its JWK provisioner, revocations, names and records. Devices order
 * and renew at step-ca itself. The start does not need the CA to run.
 */
public final class StepCaVerticle extends VerticleBase {
    private static final int WORKERS = 2;

    private final StepCaAuthorityConfig config;
    private final FleetDomain domain;
    private final Duration bootstrapLifetime;
    private final Store store;
    private final StepCaClient ca;
    private final X509Certificate root;
    private final RenewalPolicy renewals;
    private final Clock clock;

    /**
     * @param config with an address
     * @param ca the client of that address
     * @param root of that CA
     * @param renewals by which devices renew
     */
    public StepCaVerticle(
            StepCaAuthorityConfig config,
            FleetDomain domain,
            Duration bootstrapLifetime,
            Store store,
            StepCaClient ca,
            X509Certificate root,
            RenewalPolicy renewals,
            Clock clock) {
        if (config.url() == null) {
            throw new CannotStart("step-ca.url is not set");
        }
        this.config = config;
        this.domain = domain;
        this.bootstrapLifetime = bootstrapLifetime;
        this.store = store;
        this.ca = ca;
        this.root = root;
        this.renewals = renewals;
        this.clock = clock;
    }

    /** The CA as others are told of it; known without asking it. */
    public AuthorityDescription description() {
        var url = Objects.requireNonNull(config.url()).toString().replaceAll("/+$", "");
        return new AuthorityDescription(
                Pem.of(root),
                null,
                Fingerprint.of(root).hex(),
                root.getNotAfter().toInstant(),
                null,
                url,
                Map.of(config.acmeProvisioner(), url + "/acme/" + config.acmeProvisioner() + "/directory"));
    }

    @Override
    public Future<?> start() {
        var workers = vertx.createSharedWorkerExecutor("lumia-step-ca", WORKERS);
        var vouching = new Vouching(config, ca, workers, clock);
        var enrolments =
                new Enrolments(vertx, store, ca, vouching, domain, bootstrapLifetime, Pem.of(root), workers, clock);
        var register = new StepCaRegister(vertx, store, ca, vouching, domain, clock);
        return Future.all(List.of(
                FleetBus.ISSUE_CERTIFICATE.serve(vertx, enrolments::issue),
                FleetBus.DESCRIBE_CERTIFICATE.serve(vertx, register::describe),
                FleetBus.REVOKE_CERTIFICATE.serve(vertx, register::revoke),
                FleetBus.LIST_CERTIFICATES.serve(
                        vertx, asked -> store.certificates().list(asked, clock.instant())),
                FleetBus.COUNT_CERTIFICATES.serve(
                        vertx, asked -> store.certificates().count(clock.instant())),
                FleetBus.COUNT_OVERDUE.serve(
                        vertx,
                        asked -> store.certificates()
                                .overdue(asked, clock.instant())
                                .map(OverdueCount::new)),
                FleetBus.FORECAST_RENEWALS.serve(
                        vertx, asked -> store.claims().renewalsAhead(renewals, clock.instant())),
                FleetBus.LIST_SOONEST.serve(vertx, asked -> store.claims().soonest(asked.count(), clock.instant())),
                FleetBus.LIST_DEVICES.serve(
                        vertx, asked -> store.claims().list(asked.query(), asked.page(), asked.size())),
                FleetBus.RELEASE_NAME.serve(vertx, register::release),
                FleetBus.CERTIFICATE_OBTAINED.listen(vertx, told -> {
                    var unused = register.obtained(told);
                }),
                FleetBus.DESCRIBE_AUTHORITY.serve(vertx, asked -> Future.succeededFuture(description()))));
    }
}
