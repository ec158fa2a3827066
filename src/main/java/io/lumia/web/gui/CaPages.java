package io.lumia.web.gui;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.AddExternalKey;
import io.lumia.bus.FleetBus.AddExternalKeyOutcome;
import io.lumia.bus.FleetBus.AuthorityDescription;
import io.lumia.bus.FleetBus.CaRotationStatus;
import io.lumia.bus.FleetBus.DescribeAuthority;
import io.lumia.bus.FleetBus.DescribeCaRotation;
import io.lumia.bus.FleetBus.ExternalKey;
import io.lumia.bus.FleetBus.ExternalKeys;
import io.lumia.bus.FleetBus.ListExternalKeys;
import io.lumia.bus.FleetBus.ReadRevocationStatistics;
import io.lumia.bus.FleetBus.RemoveExternalKey;
import io.lumia.bus.FleetBus.RevocationStatistics;
import io.lumia.web.Operator;
import io.lumia.web.Role;
import io.lumia.x509.Pem;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The CA: how to trust it, its certificates, who may order. */
final class CaPages implements Gui.Pages {
    private static final String PART = "authority";
    private static final String PATH = "/ca";

    private final Screens screens;

    CaPages(Screens screens) {
        this.screens = screens;
    }

    /**
     * @param added the key that was made just now; its secret is told this once
     * @param wrong why none was made; null: nothing is
     */
    record Ca(
            AuthorityDescription authority,
            CaHealth health,
            List<Member> chain,
            List<ExternalKey> keys,
            Optional<RevocationStatistics> lists,
            Optional<CaRotationStatus> rotation,
            AddExternalKeyOutcome.@Nullable Added added,
            @Nullable String wrong) {
        String bootstrap() {
            return "lumia ca bootstrap --ca-url " + authority.publicUrl() + " --fingerprint "
                    + authority.rootFingerprint();
        }

        String stepBootstrap() {
            return "step ca bootstrap --ca-url " + authority.publicUrl() + " --fingerprint "
                    + authority.rootFingerprint();
        }
    }

    /** A certificate of the CA. */
    record Member(String role, String subject, String key, Instant notBefore, Instant notAfter) {}

    @Override
    public void mount(Router router) {
        router.get(PATH).handler(context -> show(context, 200, null, null));
        router.get("/ca.crt").handler(this::root);
        router.get("/ca/keys/:id/remove").handler(this::askRemoval);
        router.post("/ca/*").handler(Operator.requires(Role.ADMIN, screens.clock()));
        router.post("/ca/keys").handler(this::addKey);
        router.post("/ca/keys/:id/remove").handler(this::removeKey);
        new CaRotationPages(screens).mount(router);
    }

    private void show(
            RoutingContext context, int status, AddExternalKeyOutcome.@Nullable Added added, @Nullable String wrong) {
        var lists = screens.unlessSilent(FleetBus.REVOCATION_STATISTICS, new ReadRevocationStatistics(), told -> told);
        var keys = screens.unlessSilent(FleetBus.LIST_EXTERNAL_KEYS, new ListExternalKeys(), ExternalKeys::keys);
        var rotation = screens.unlessSilent(FleetBus.DESCRIBE_CA_ROTATION, new DescribeCaRotation(), told -> told);
        var shell = screens.shell(context, "CA", Section.CA);
        var unused = screens.ask(FleetBus.DESCRIBE_AUTHORITY, new DescribeAuthority(), PART)
                .compose(told -> screens.vertx()
                        .executeBlocking(() -> chain(told), false)
                        .compose(chain -> Future.all(lists, keys, rotation)
                                .map(all -> new Ca(
                                        told,
                                        CaHealth.of(Optional.of(told), lists.result(), screens.now()),
                                        chain,
                                        keys.result().orElse(List.of()),
                                        lists.result(),
                                        rotation.result(),
                                        added,
                                        wrong))))
                .onSuccess(page -> screens.show(context, status, "ca", shell, page))
                .onFailure(context::fail);
    }

    private static List<Member> chain(AuthorityDescription told) throws Exception {
        var chain = new ArrayList<Member>();
        addMembers(chain, "Root", told.root());
        if (told.intermediate() != null) {
            addMembers(chain, "Intermediate", told.intermediate());
        }
        return chain;
    }

    /** Several of each during a rotation. */
    private static void addMembers(List<Member> chain, String role, String pem) throws Exception {
        for (X509Certificate certificate : Pem.certificates(pem)) {
            chain.add(member(role, certificate));
        }
    }

    private static Member member(String role, X509Certificate certificate) throws Exception {
        var facts = CertificateFacts.of(Pem.of(certificate));
        return new Member(
                role,
                facts.subject(),
                facts.key(),
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant());
    }

    private void root(RoutingContext context) {
        var unused = screens.ask(FleetBus.DESCRIBE_AUTHORITY, new DescribeAuthority(), PART)
                .onSuccess(told -> Downloads.send(context, "application/x-pem-file", "ca.crt", told.root()))
                .onFailure(context::fail);
    }

    private void addKey(RoutingContext context) {
        var form = context.request().formAttributes();
        var wanted = new AddExternalKey(
                Objects.requireNonNullElse(form.get("provisioner"), ""),
                Objects.requireNonNullElse(form.get("label"), "").strip(),
                Operator.of(context).name());
        var unused = screens.ask(FleetBus.ADD_EXTERNAL_KEY, wanted, PART)
                .onSuccess(outcome -> {
                    if (outcome instanceof AddExternalKeyOutcome.Added added) {
                        show(context, 201, added, null);
                    } else {
                        show(context, 422, null, ((AddExternalKeyOutcome.Refused) outcome).detail() + ".");
                    }
                })
                .onFailure(context::fail);
    }

    private void askRemoval(RoutingContext context) {
        var id = String.valueOf(context.pathParam("id"));
        screens.show(
                context,
                "removeKey",
                screens.shell(context, "Remove key", Section.CA),
                screens.ask(FleetBus.LIST_EXTERNAL_KEYS, new ListExternalKeys(), PART)
                        .compose(found -> found.keys().stream()
                                .filter(key -> key.id().equals(id))
                                .findFirst()
                                .map(Future::succeededFuture)
                                .orElseGet(() ->
                                        Future.failedFuture(io.lumia.web.Rejected.notFound("There is no such key.")))));
    }

    private void removeKey(RoutingContext context) {
        var wanted = new RemoveExternalKey(
                String.valueOf(context.pathParam("id")), Operator.of(context).name());
        var unused = screens.ask(FleetBus.REMOVE_EXTERNAL_KEY, wanted, PART)
                .onSuccess(outcome -> Screens.go(context, PATH, Done.KEY_REMOVED))
                .onFailure(context::fail);
    }
}
