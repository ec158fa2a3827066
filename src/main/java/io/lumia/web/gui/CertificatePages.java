package io.lumia.web.gui;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.AuditEntry;
import io.lumia.bus.FleetBus.AuthorityDescription;
import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.CertificateOrder;
import io.lumia.bus.FleetBus.CertificatePage;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.DescribeAuthority;
import io.lumia.bus.FleetBus.DescribeCertificate;
import io.lumia.bus.FleetBus.ListCertificates;
import io.lumia.bus.FleetBus.RevocationEnforced;
import io.lumia.bus.FleetBus.RevokeCertificate;
import io.lumia.bus.FleetBus.RevokeOutcome;
import io.lumia.web.Operator;
import io.lumia.web.Rejected;
import io.lumia.web.Role;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Certificates: find, look at, revoke. */
final class CertificatePages implements Gui.Pages {
    private static final String PART = "authority";
    private static final int SIZE = 50;
    private static final int LONGEST_QUERY = 200;
    /** Reasons that an operator can know of; the others are for CAs. */
    private static final List<RevocationReason> REASONS = List.of(
            RevocationReason.UNSPECIFIED,
            RevocationReason.KEY_COMPROMISE,
            RevocationReason.AFFILIATION_CHANGED,
            RevocationReason.SUPERSEDED,
            RevocationReason.CESSATION_OF_OPERATION,
            RevocationReason.PRIVILEGE_WITHDRAWN);

    private final Screens screens;

    CertificatePages(Screens screens) {
        this.screens = screens;
    }

    /** @param status null: all */
    record Listing(String query, @Nullable CertificateStatus status, CertificateOrder order, CertificatePage found) {
        boolean isFiltered() {
            return !query.isEmpty() || status != null;
        }

        Paging paging() {
            return new Paging("/certificates", parameters(order), found.page(), found.size(), found.total());
        }

        /** Where the same is found in another order. */
        String inOrder(CertificateOrder other) {
            return Paging.address("/certificates", parameters(other));
        }

        private List<String> parameters(CertificateOrder wanted) {
            return List.of(
                    "query", query,
                    "status", status == null ? "" : Text.status(status),
                    "sort", wanted == CertificateOrder.EXPIRY ? "expiry" : "");
        }
    }

    /**
     * @param proofs of brokers that have let its holder go
     * @param story what the audit log tells of it, newest first
     */
    record Detail(
            CertificateRecord record,
            CertificateFacts facts,
            Optional<AuthorityDescription> authority,
            List<RevocationEnforced> proofs,
            List<AuditEntry> story) {}

    record Revocation(CertificateRecord record, List<RevocationReason> reasons) {}

    @Override
    public void mount(Router router) {
        router.get("/certificates").handler(this::list);
        router.get("/certificates/:serial").handler(this::show);
        router.get("/certificates/:serial/certificate.pem").handler(this::pem);
        router.get("/certificates/:serial/revoke").handler(this::askRevocation);
        router.post("/certificates/:serial/revoke")
                .handler(Operator.requires(Role.OPERATOR, screens.clock()))
                .handler(this::revoke);
    }

    private void list(RoutingContext context) {
        var query = Queries.text(context, "query", LONGEST_QUERY);
        @Nullable CertificateStatus status = status(Queries.text(context, "status", 20));
        var order =
                Queries.text(context, "sort", 20).equals("expiry") ? CertificateOrder.EXPIRY : CertificateOrder.ISSUED;
        var wanted = new ListCertificates(query, status, Queries.page(context), SIZE, null, null, order);
        screens.show(
                context,
                "certificates",
                screens.shell(context, "Certificates", Section.CERTIFICATES),
                screens.ask(FleetBus.LIST_CERTIFICATES, wanted, PART)
                        .map(found -> new Listing(query, status, order, found)));
    }

    private void show(RoutingContext context) {
        var serial = serial(context);
        var authority = screens.unlessSilent(FleetBus.DESCRIBE_AUTHORITY, new DescribeAuthority(), told -> told);
        var story = AuditPages.story(screens, serial.toString());
        screens.show(
                context,
                "certificate",
                screens.shell(context, "Certificate", Section.CERTIFICATES),
                find(serial)
                        .compose(record -> screens.vertx()
                                .executeBlocking(() -> CertificateFacts.of(record.certificate()), false)
                                .compose(facts -> Future.all(authority, story)
                                        .map(both -> new Detail(
                                                record,
                                                facts,
                                                authority.result(),
                                                screens.feed().proofs(serial),
                                                story.result())))));
    }

    private void pem(RoutingContext context) {
        var serial = serial(context);
        var unused = find(serial)
                .onSuccess(record ->
                        Downloads.send(context, "application/x-pem-file", serial + ".pem", record.certificate()))
                .onFailure(context::fail);
    }

    private void askRevocation(RoutingContext context) {
        screens.show(
                context,
                "revoke",
                screens.shell(context, "Revoke certificate", Section.CERTIFICATES),
                find(serial(context)).map(record -> new Revocation(record, REASONS)));
    }

    private void revoke(RoutingContext context) {
        var serial = serial(context);
        var wanted = new RevokeCertificate(
                serial, reason(context), Operator.of(context).name());
        var unused = screens.ask(FleetBus.REVOKE_CERTIFICATE, wanted, PART)
                .onSuccess(outcome -> revoked(context, serial, outcome))
                .onFailure(context::fail);
    }

    private static void revoked(RoutingContext context, SerialNumber serial, RevokeOutcome outcome) {
        var page = "/certificates/" + serial;
        if (outcome instanceof RevokeOutcome.Revoked) {
            Screens.go(context, page, Done.REVOKED);
        } else if (outcome instanceof RevokeOutcome.AlreadyRevoked) {
            Screens.go(context, page, Done.ALREADY_REVOKED);
        } else {
            context.fail(404, unknown(serial));
        }
    }

    private Future<CertificateRecord> find(SerialNumber serial) {
        return screens.ask(FleetBus.DESCRIBE_CERTIFICATE, new DescribeCertificate(serial), PART)
                .compose(told -> told instanceof CertificateDescription.Known known
                        ? Future.succeededFuture(known.certificate())
                        : Future.failedFuture(unknown(serial)));
    }

    private static Rejected unknown(SerialNumber serial) {
        return Rejected.notFound("No certificate has the serial " + serial + ".");
    }

    private static SerialNumber serial(RoutingContext context) {
        try {
            return SerialNumber.parse(String.valueOf(context.pathParam("serial")));
        } catch (IllegalArgumentException malformed) {
            throw Rejected.notFound("That is no serial number: " + malformed.getMessage() + ".");
        }
    }

    private static RevocationReason reason(RoutingContext context) {
        try {
            return RevocationReason.of(String.valueOf(context.request().getFormAttribute("reason")));
        } catch (IllegalArgumentException unknown) {
            throw Rejected.unprocessable("The reason: " + unknown.getMessage() + ".");
        }
    }

    private static @Nullable CertificateStatus status(String given) {
        for (CertificateStatus status : CertificateStatus.values()) {
            if (status.name().toLowerCase(Locale.ROOT).equals(given)) {
                return status;
            }
        }
        return null;
    }
}
