package io.lumia.authority.acme;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the ACME server leaves for the log and the audit trail. */
final class AcmeLedger {
    private static final Logger log = LoggerFactory.getLogger(AcmeServer.class);

    private final Vertx vertx;
    private final Clock clock;

    AcmeLedger(Vertx vertx, Clock clock) {
        this.vertx = vertx;
        this.clock = clock;
    }

    void accountMade(Account account) {
        log.atInfo()
                .addKeyValue("account", account.id())
                .addKeyValue("provisioner", account.provisioner())
                .log("ACME account made");
        audit(account.actor(), "acme.account", account.id(), "ok", Map.of("provisioner", account.provisioner()));
    }

    void externalKey(String actor, String action, String id) {
        audit(actor, action, id, "ok", Map.of());
    }

    void keyChanged(Account account, AccountKey key) {
        log.atInfo().addKeyValue("account", account.id()).log("ACME account key changed");
        audit(account.actor(), "acme.key-change", account.id(), "ok", Map.of("thumbprint", key.thumbprint()));
    }

    /** @param subject account, names or serial that it was about */
    void refused(String actor, String action, String subject, Throwable why) {
        if (!(why instanceof AcmeRefusal refusal)) {
            return;
        }
        log.atInfo()
                .addKeyValue("actor", actor)
                .addKeyValue("action", action)
                .addKeyValue("subject", subject)
                .addKeyValue("reason", refusal.problem().detail())
                .log("ACME request refused");
        audit(
                actor,
                action,
                subject,
                "refused",
                Map.of(
                        "type",
                        refusal.problem().type(),
                        "detail",
                        refusal.problem().detail()));
    }

    void challengeFailed(Authorization authorization, Problem problem) {
        log.atInfo()
                .addKeyValue("identity", authorization.identifier())
                .addKeyValue("account", authorization.account())
                .addKeyValue("reason", problem.detail())
                .log("ACME challenge failed");
        audit(
                "acme account " + authorization.account(),
                "acme.challenge",
                authorization.identifier(),
                "refused",
                Map.of("type", problem.type(), "detail", problem.detail()));
    }

    private void audit(String actor, String action, String subject, String outcome, Map<String, String> details) {
        FleetBus.AUDITED.publish(vertx, new Audited(clock.instant(), actor, action, subject, outcome, details));
    }
}
