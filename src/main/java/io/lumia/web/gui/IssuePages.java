package io.lumia.web.gui;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Claim;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.web.Operator;
import io.lumia.web.Role;
import io.lumia.web.gui.IssueForm.Wrong;
import io.lumia.web.gui.Shell.Notice;
import io.lumia.x509.CertificateBundle;
import io.lumia.x509.Profile;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Issuing by hand. The private key is made in the browser and stays there; what comes here are requests. A new client's name is claimed by an identity
 * key, as a device does at its provisioning, so two requests come: one by that key, one by the key of the certificate.
 */
final class IssuePages implements Gui.Pages {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Screens screens;

    IssuePages(Screens screens) {
        this.screens = screens;
    }

    /** @param wrong by field; empty at first */
    record Issuing(IssueForm form, Map<String, String> wrong) {}

    record Issued(String name, CertificateBundle bundle) {}

    @Override
    public void mount(Router router) {
        router.get("/issue").handler(this::ask);
        router.post("/issue")
                .handler(Operator.requires(Role.OPERATOR, screens.clock()))
                .handler(this::issue);
    }

    private void ask(RoutingContext context) {
        show(context, 200, new Issuing(IssueForm.empty(Queries.text(context, "name", 64)), Map.of()), null);
    }

    private void issue(RoutingContext context) {
        var form = IssueForm.of(context.request().formAttributes());
        var requester = Operator.of(context).name();
        var address = context.request().remoteAddress().hostAddress();
        var unused = screens.vertx()
                .executeBlocking(() -> form.checked(address), false)
                .compose(claim -> issue(form, claim.orElse(null), requester))
                .onSuccess(bundle -> issued(context, form, bundle))
                .onFailure(failed -> {
                    if (failed instanceof Wrong wrong) {
                        refused(context, form, wrong);
                    } else {
                        context.fail(failed);
                    }
                });
    }

    private Future<CertificateBundle> issue(IssueForm form, @Nullable Claim claim, String requester) {
        var certificate = new IssueCertificate(
                form.profile(), form.csr(), form.sans(), form.lifetime(), claim, requester, "sign");
        if (claim == null || form.identityCsr().isEmpty()) {
            return demand(certificate);
        }
        var claiming =
                new IssueCertificate(Profile.BOOTSTRAP, form.identityCsr(), List.of(), null, claim, requester, "sign");
        return demand(claiming).compose(claimed -> demand(certificate));
    }

    private Future<CertificateBundle> demand(IssueCertificate wanted) {
        return screens.ask(FleetBus.ISSUE_CERTIFICATE, wanted, "authority")
                .compose(outcome -> outcome instanceof IssueOutcome.Issued issued
                        ? Future.succeededFuture(issued.bundle())
                        : Future.failedFuture(Wrong.of((IssueOutcome.Refused) outcome)));
    }

    private void issued(RoutingContext context, IssueForm form, CertificateBundle bundle) {
        if (wantsJson(context)) {
            json(
                    context,
                    201,
                    Map.of(
                            "serial", bundle.serial().toString(),
                            "notAfter", bundle.validity().notAfter().toString(),
                            "certificate", bundle.certificate(),
                            "chain", bundle.chain(),
                            "root", bundle.root()));
            return;
        }
        var shell = screens.shell(context, "Certificate issued", Section.ISSUE);
        screens.show(context, 201, "issued", shell, new Issued(form.name(), bundle));
    }

    private void refused(RoutingContext context, IssueForm form, Wrong wrong) {
        if (wantsJson(context)) {
            json(context, wrong.status(), Map.of("field", wrong.field(), "detail", wrong.detail()));
            return;
        }
        show(
                context,
                wrong.status(),
                new Issuing(form, Map.of(wrong.field(), wrong.detail())),
                new Notice("bad", "Nothing was issued: " + wrong.detail()));
    }

    private void show(RoutingContext context, int status, Issuing page, @Nullable Notice notice) {
        var shell = screens.shell(context, "Issue certificate", Section.ISSUE);
        screens.show(context, status, "issue", notice == null ? shell : shell.with(notice), page);
    }

    private static boolean wantsJson(RoutingContext context) {
        return "application/json".equals(context.request().getHeader("Accept"));
    }

    private static void json(RoutingContext context, int status, Map<String, String> answer) {
        try {
            context.response()
                    .setStatusCode(status)
                    .putHeader("Content-Type", "application/json")
                    .end(JSON.writeValueAsString(answer))
                    .onFailure(gone -> {});
        } catch (JsonProcessingException unwritable) {
            context.fail(unwritable);
        }
    }
}
