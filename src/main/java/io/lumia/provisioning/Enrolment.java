package io.lumia.provisioning;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.access.TokenBuckets;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Claim;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.config.ProvisioningConfig;
import io.lumia.http.Problem;
import io.lumia.provisioning.Answer.Addressed;
import io.lumia.store.StoreUnreachable;
import io.lumia.x509.CertificateBundle;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.FleetDomain;
import io.lumia.x509.Pem;
import io.lumia.x509.Printable;
import io.lumia.x509.Profile;
import io.lumia.x509.UnfitRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.net.InetAddress;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One application from its arrival to the answer: each check in its order, then the authority. For one event loop. */
final class Enrolment {
    private static final Logger log = LoggerFactory.getLogger(Enrolment.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ADDRESSES_REMEMBERED = 10_000;

    private final Vertx vertx;
    private final GateKeeper gate;
    private final FleetRate fleetRate;
    private final FleetDomain domain;
    private final Supplier<AuthorityContact> contact;
    private final WorkerExecutor workers;
    private final Clock clock;
    private final TokenBuckets<InetAddress> rates;

    Enrolment(
            Vertx vertx,
            ProvisioningConfig config,
            GateKeeper gate,
            FleetRate fleetRate,
            FleetDomain domain,
            Supplier<AuthorityContact> contact,
            WorkerExecutor workers,
            Clock clock) {
        this.vertx = vertx;
        this.gate = gate;
        this.fleetRate = fleetRate;
        this.domain = domain;
        this.contact = contact;
        this.workers = workers;
        this.clock = clock;
        this.rates = new TokenBuckets<>(config.requestsPerMinute(), config.burst(), ADDRESSES_REMEMBERED);
    }

    Future<Addressed> answer(InetAddress client, Application application) {
        var address = client.getHostAddress();
        return gate.decide(client)
                .compose(decision -> keptOut(client, decision))
                .compose(kept -> kept.or(() -> tokenUnknown(application))
                        .map(problem -> declined(problem, address))
                        .orElseGet(() -> considered(address, application)))
                .recover(broken -> broken instanceof StoreUnreachable
                        ? declined(Problems.unavailable(), address)
                        : Future.failedFuture(broken));
    }

    private Future<Addressed> considered(String address, Application application) {
        DeviceName device;
        try {
            device = new DeviceName(application.device());
        } catch (IllegalArgumentException invalid) {
            return declined(Problems.invalidName(String.valueOf(invalid.getMessage())), address);
        }
        return workers.executeBlocking(() -> unfit(application.csr(), device), false)
                .compose(why -> why.isPresent()
                        ? Future.succeededFuture(new Answer.Declined(Problems.unfit(why.get())))
                        : issue(application.csr(), new Claim(device, address)))
                .map(answer -> new Addressed(answer, address, device));
    }

    private Future<Optional<Problem>> keptOut(InetAddress client, ProvisioningGate.Decision decision) {
        return switch (decision) {
            case OFF -> Future.succeededFuture(Optional.of(Problems.off()));
            case NOT_WHITELISTED -> Future.succeededFuture(Optional.of(Problems.notWhitelisted(client)));
            case OPEN -> limited(client);
        };
    }

    /** This node's own count goes first, and keeps a flood from the database. */
    private Future<Optional<Problem>> limited(InetAddress client) {
        var wait = rates.take(client, clock.instant());
        return (wait.isPresent() ? Future.succeededFuture(wait) : fleetRate.take(client))
                .map(longest -> longest.map(Problems::rateLimited));
    }

    /** There are no tokens, so whichever is given is unknown. */
    private static Optional<Problem> tokenUnknown(Application application) {
        return Optional.ofNullable(application.token()).map(given -> Problems.unknownToken());
    }

    private Optional<String> unfit(String csr, DeviceName device) {
        try {
            var request = CertificateRequest.parse(csr);
            var commonName = request.commonName();
            if (commonName != null && !commonName.equals(device.value())) {
                return Optional.of("the CSR's common name is " + Printable.quoted(commonName) + ", expected '" + device
                        + "' or none");
            }
            var fleetName = domain.dnsName(device);
            return request.names().stream()
                    .filter(name -> !name.equals(fleetName))
                    .findFirst()
                    .map(name -> "the CSR asks for the name " + Printable.quoted(name) + ", expected '" + fleetName
                            + "' or none");
        } catch (UnfitRequest why) {
            return Optional.of(String.valueOf(why.getMessage()));
        }
    }

    private Future<Answer> issue(String csr, Claim claim) {
        var wanted = new IssueCertificate(
                Profile.BOOTSTRAP, csr, List.of(), null, claim, "provisioning " + claim.address(), "provisioning");
        return FleetBus.ISSUE_CERTIFICATE
                .ask(vertx, wanted)
                .compose(this::outcome)
                .otherwise(this::unavailable);
    }

    private Future<Answer> outcome(IssueOutcome outcome) {
        if (outcome instanceof IssueOutcome.Refused refused) {
            return Future.succeededFuture(new Answer.Declined(Problems.refused(refused.refusal(), refused.detail())));
        }
        var issued = (IssueOutcome.Issued) outcome;
        return workers.executeBlocking(() -> granted(issued.bundle()), false);
    }

    private Answer granted(CertificateBundle bundle) {
        var reach = contact.get();
        var members = new LinkedHashMap<String, Object>();
        members.put("certificate", bundle.certificate());
        members.put("chain", bundle.chain());
        members.put("root", bundle.root());
        members.put(
                "rootFingerprint",
                Fingerprint.of(Pem.certificates(bundle.root()).get(0)).hex());
        members.put("notAfter", bundle.validity().notAfter().toString());
        members.put("acmeDirectory", reach.acmeDirectory());
        members.put("mqtt", Map.of("host", reach.mqttHost(), "port", reach.mqttPort()));
        return new Answer.Granted(JSON.valueToTree(members).toString());
    }

    private Answer unavailable(Throwable broken) {
        log.atError()
                .addKeyValue("reason", String.valueOf(broken.getMessage()))
                .log(
                        "the authority did not answer a device's application; check that the part 'authority' runs and its log");
        return new Answer.Declined(Problems.unavailable());
    }

    private static Future<Addressed> declined(Problem problem, String address) {
        return Future.succeededFuture(new Addressed(new Answer.Declined(problem), address, null));
    }
}
