package io.lumia.web;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.CertificateOrder;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.Claim;
import io.lumia.bus.FleetBus.DescribeCertificate;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.bus.FleetBus.ListCertificates;
import io.lumia.bus.FleetBus.Refusal;
import io.lumia.bus.FleetBus.RevokeCertificate;
import io.lumia.bus.FleetBus.RevokeOutcome;
import io.lumia.http.Problem;
import io.lumia.x509.CertificateBundle;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Printable;
import io.lumia.x509.Profile;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.UnfitRequest;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code /certificates}: list, issue, show, revoke. */
final class CertificatesApi {
    private static final int LONGEST_QUERY = 200;

    private final AuditTrail audit;
    private final CertificateRights rights;

    CertificatesApi(AuditTrail audit, CertificateRights rights) {
        this.audit = audit;
        this.rights = rights;
    }

    void mount(ApiRoutes api) {
        api.get("/certificates", Role.VIEWER, this::list);
        api.post("/certificates", Role.OPERATOR, this::issue);
        api.get("/certificates/:serial", Role.VIEWER, this::show);
        api.post("/certificates/:serial/revoke", Role.OPERATOR, this::revoke);
    }

    private void list(RoutingContext context) {
        var query = Answers.parameter(context, "query").orElse("");
        if (query.length() > LONGEST_QUERY) {
            throw Rejected.badRequest("the parameter 'query' is longer than " + LONGEST_QUERY + " characters");
        }
        var wanted = new ListCertificates(
                query,
                status(context),
                Answers.page(context),
                Answers.size(context),
                moment(context, "expiresAfter"),
                moment(context, "expiresBefore"),
                sort(context));
        Answers.send(
                context,
                200,
                Answers.ask(context, FleetBus.LIST_CERTIFICATES, wanted, "authority")
                        .map(found -> new Views.Certificates(
                                found.certificates().stream()
                                        .map(Views.Certificate::brief)
                                        .toList(),
                                found.total(),
                                found.complete(),
                                found.page(),
                                found.size())));
    }

    private void issue(RoutingContext context) {
        var body = RequestBody.of(context, ordered("csr", "profile", "validity", "sans", "role"));
        var profile = parsed("profile", body.required("profile"), Profile::of);
        if (profile == Profile.ADMIN) {
            Operator.demand(context, Role.ADMIN, audit.clock());
        }
        var role = CertificateRights.wanted(profile, body);
        rights.demandStore(role);
        @Nullable Duration lifetime = body.duration("validity").orElse(null);
        var csr = body.required("csr");
        var names = body.texts("sans");
        Answers.send(
                context,
                201,
                claim(context, profile, csr)
                        .map(claim -> new IssueCertificate(
                                profile,
                                csr,
                                names,
                                lifetime,
                                claim.orElse(null),
                                Operator.of(context).name(),
                                "sign"))
                        .compose(wanted -> Answers.ask(context, FleetBus.ISSUE_CERTIFICATE, wanted, "authority"))
                        .map(CertificatesApi::issued)
                        .compose(bundle -> rights.grant(bundle, role, Operator.of(context)))
                        .map(CertificatesApi::view));
    }

    /** A device's certificate is for the claimed name that is the CSR's common name; other profiles claim nothing. */
    private static Future<Optional<Claim>> claim(RoutingContext context, Profile profile, String csr) {
        if (profile != Profile.DEVICE) {
            return Future.succeededFuture(Optional.empty());
        }
        var address = context.request().remoteAddress().hostAddress();
        return context.vertx().executeBlocking(() -> Optional.of(new Claim(commonName(csr), address)), false);
    }

    private static DeviceName commonName(String csr) {
        try {
            return new DeviceName(
                    Objects.requireNonNullElse(CertificateRequest.parse(csr).commonName(), ""));
        } catch (UnfitRequest | IllegalArgumentException unfit) {
            throw new Rejected(refusal(Refusal.UNFIT_REQUEST, String.valueOf(unfit.getMessage())));
        }
    }

    private void show(RoutingContext context) {
        var serial = serial(context);
        Answers.send(
                context,
                200,
                Answers.ask(context, FleetBus.DESCRIBE_CERTIFICATE, new DescribeCertificate(serial), "authority")
                        .map(told -> {
                            if (told instanceof CertificateDescription.Known known) {
                                return Views.Certificate.detail(known.certificate());
                            }
                            throw unknown(serial);
                        }));
    }

    private void revoke(RoutingContext context) {
        var serial = serial(context);
        var body = RequestBody.of(context, Set.of("reason"));
        var reason = parsed("reason", body.text("reason").orElse("unspecified"), RevocationReason::of);
        var wanted = new RevokeCertificate(serial, reason, Operator.of(context).name());
        Answers.send(
                context,
                200,
                Answers.ask(context, FleetBus.REVOKE_CERTIFICATE, wanted, "authority")
                        .map(outcome -> revoked(context, outcome)));
    }

    private static CertificateBundle issued(IssueOutcome outcome) {
        if (outcome instanceof IssueOutcome.Refused refused) {
            throw new Rejected(refusal(refused.refusal(), refused.detail()));
        }
        return ((IssueOutcome.Issued) outcome).bundle();
    }

    private Views.Certificate revoked(RoutingContext context, RevokeOutcome outcome) {
        if (outcome instanceof RevokeOutcome.Revoked revoked) {
            return Views.Certificate.detail(revoked.certificate());
        }
        if (outcome instanceof RevokeOutcome.AlreadyRevoked already) {
            var certificate = already.certificate();
            audit.refused(context, "certificate.revoke", certificate.serial().toString(), "already revoked");
            throw new Rejected(Problem.of(
                    409,
                    "already-revoked",
                    "Already revoked",
                    "certificate " + certificate.serial() + " was revoked at " + certificate.revokedAt()));
        }
        var serial = ((RevokeOutcome.Unknown) outcome).serial();
        audit.refused(context, "certificate.revoke", serial.toString(), "unknown");
        throw unknown(serial);
    }

    private static Views.Issued view(CertificateBundle bundle) {
        return new Views.Issued(
                bundle.serial().toString(),
                bundle.issuedAt().toString(),
                bundle.validity().notBefore().toString(),
                bundle.validity().notAfter().toString(),
                bundle.certificate(),
                bundle.chain(),
                bundle.root());
    }

    private static Problem refusal(Refusal refusal, String detail) {
        return switch (refusal) {
            case UNFIT_REQUEST -> Problem.of(422, "unfit-request", "CSR unfit", detail);
            case NAME_CLAIMED -> Problem.of(409, "name-claimed", "Name claimed by another key", detail);
            case NAME_NOT_ALLOWED -> Problem.of(403, "name-not-allowed", "Name not allowed", detail);
            case LIFETIME_NOT_ALLOWED -> Problem.of(422, "lifetime-not-allowed", "Lifetime not allowed", detail);
            case OVERLOADED ->
                Problem.of(429, "overloaded", "Authority overloaded", detail).retryAfter(Duration.ofSeconds(5));
        };
    }

    private static Rejected unknown(SerialNumber serial) {
        return Rejected.notFound("no certificate has the serial " + serial);
    }

    private static SerialNumber serial(RoutingContext context) {
        return parsed("serial", String.valueOf(context.pathParam("serial")), SerialNumber::parse);
    }

    private static @Nullable CertificateStatus status(RoutingContext context) {
        var given = Answers.parameter(context, "status").filter(text -> !text.isEmpty());
        if (given.isEmpty()) {
            return null;
        }
        for (CertificateStatus status : CertificateStatus.values()) {
            if (status.name().toLowerCase(Locale.ROOT).equals(given.get())) {
                return status;
            }
        }
        throw Rejected.badRequest(
                "the parameter 'status' must be active, expired or revoked, is " + Printable.quoted(given.get()));
    }

    private static @Nullable Instant moment(RoutingContext context, String name) {
        var given = Answers.parameter(context, name).filter(text -> !text.isEmpty());
        try {
            return given.map(CertificatesApi::milliseconds).orElse(null);
        } catch (DateTimeParseException | ArithmeticException malformed) {
            throw Rejected.badRequest("the parameter '" + name + "' must be a time such as 2030-01-31T12:00:00Z, is "
                    + Printable.quoted(given.orElse("")));
        }
    }

    /** As finely as certificates are kept; there are moments too far away for that. */
    private static Instant milliseconds(String text) {
        return Instant.ofEpochMilli(Instant.parse(text).toEpochMilli());
    }

    private static @Nullable CertificateOrder sort(RoutingContext context) {
        return switch (Answers.parameter(context, "sort").orElse("")) {
            case "" -> null;
            case "issued" -> CertificateOrder.ISSUED;
            case "expiry" -> CertificateOrder.EXPIRY;
            default -> throw Rejected.badRequest("the parameter 'sort' must be issued or expiry");
        };
    }

    private static <T> T parsed(String member, String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException malformed) {
            throw Rejected.badRequest(member + ": " + malformed.getMessage());
        }
    }

    private static Set<String> ordered(String... members) {
        return new LinkedHashSet<>(List.of(members));
    }
}
