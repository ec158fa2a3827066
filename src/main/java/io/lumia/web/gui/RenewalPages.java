package io.lumia.web.gui;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateOrder;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.CountOverdue;
import io.lumia.bus.FleetBus.ListCertificates;
import io.lumia.bus.FleetBus.OverdueCount;
import io.lumia.web.live.Happened;
import io.lumia.web.live.Happened.Failure;
import io.lumia.web.live.Happened.Renewal;
import io.lumia.x509.Profile;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Renewals: what fails and what helps, what is due, what happened. */
final class RenewalPages implements Gui.Pages {
    private static final int SHOWN = 50;
    private static final int DUE = 20;
    private static final int READ = 200;
    private static final Map<String, String> REMEDIES = Map.of(
            "unreachable",
            "The CA did not answer. Check that it runs, its address in the configuration, and firewalls on the way.",
            "refused",
            "The CA declined; the detail says why. A claim may have been released, a rate limit reached, or a name not be allowed.",
            "challenge",
            "The CA could not verify the name. Check that it reaches the device's address and the port of the challenge.",
            "invalid_certificate",
            "The CA issued something unfit. Compare its chain and lifetimes with the root that is trusted here.",
            "rolled_back",
            "The new certificate did not work at the broker, the old one is in use. Check the CAs that the broker trusts and its ACL.",
            "internal",
            "Lumia itself failed. Its log has the details; please report it.");

    private final Screens screens;
    private final Happened happened;
    private final CountOverdue policy;

    RenewalPages(Screens screens, Happened happened, CountOverdue policy) {
        this.screens = screens;
        this.happened = happened;
        this.policy = policy;
    }

    /** @param due those that end first */
    record Renewals(List<Failure> failures, List<CertificateRecord> due, List<Renewal> done, Optional<Long> overdue) {
        String remedy(Failure failure) {
            return REMEDIES.getOrDefault(failure.told().reason(), "The detail says what was expected.");
        }
    }

    @Override
    public void mount(Router router) {
        router.get("/renewals").handler(this::show);
    }

    private void show(RoutingContext context) {
        var soonest = new ListCertificates(
                "", CertificateStatus.ACTIVE, 0, READ, screens.now(), null, CertificateOrder.EXPIRY);
        var due = screens.unlessSilent(
                FleetBus.LIST_CERTIFICATES,
                soonest,
                found -> found.certificates().stream()
                        .filter(one -> one.profile() != Profile.BOOTSTRAP)
                        .limit(DUE)
                        .toList());
        var overdue = screens.unlessSilent(FleetBus.COUNT_OVERDUE, policy, OverdueCount::devices);
        screens.show(
                context,
                "renewals",
                screens.shell(context, "Renewals", Section.RENEWALS),
                Future.all(due, overdue)
                        .map(both -> new Renewals(
                                happened.failures(),
                                due.result().orElse(List.of()),
                                happened.renewals(SHOWN),
                                overdue.result())));
    }
}
