package io.lumia.web;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CaRotationChange;
import io.lumia.bus.FleetBus.CaRotationOutcome;
import io.lumia.bus.FleetBus.CaRotationStatus;
import io.lumia.bus.FleetBus.ChangeCaRotation;
import io.lumia.bus.FleetBus.DescribeCaRotation;
import io.lumia.bus.FleetBus.StartCaRotation;
import io.lumia.http.Problem;
import io.lumia.x509.Printable;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code /ca/rotation}: a new root or intermediate takes the place of the old one, step by step. */
final class CaRotationApi {
    private static final String PART = "authority";
    private static final String PATH = "/ca/rotation";

    void mount(ApiRoutes api) {
        api.get(PATH, Role.VIEWER, CaRotationApi::show);
        api.post(PATH, Role.ADMIN, CaRotationApi::start);
        api.patch(PATH, Role.ADMIN, CaRotationApi::next);
        api.delete(PATH, Role.ADMIN, CaRotationApi::abort);
    }

    private static void show(RoutingContext context) {
        Answers.send(
                context,
                200,
                Answers.ask(context, FleetBus.DESCRIBE_CA_ROTATION, new DescribeCaRotation(), PART)
                        .map(View::of));
    }

    private static void start(RoutingContext context) {
        var kind = RequestBody.of(context, new LinkedHashSet<>(List.of("kind"))).required("kind");
        if (!kind.equals("root") && !kind.equals("intermediate")) {
            throw Rejected.badRequest("the member 'kind' must be root or intermediate, is " + Printable.quoted(kind));
        }
        var wanted = new StartCaRotation(
                kind.equals("intermediate"), Operator.of(context).name());
        Answers.send(
                context,
                201,
                Answers.ask(context, FleetBus.START_CA_ROTATION, wanted, PART).map(CaRotationApi::changed));
    }

    private static void next(RoutingContext context) {
        var body = RequestBody.of(context, new LinkedHashSet<>(List.of("force", "revokeOld")));
        change(
                context,
                new ChangeCaRotation(
                        CaRotationChange.NEXT,
                        body.flag("force").orElse(false),
                        body.flag("revokeOld").orElse(false),
                        Operator.of(context).name()));
    }

    private static void abort(RoutingContext context) {
        change(
                context,
                new ChangeCaRotation(
                        CaRotationChange.ABORT,
                        false,
                        false,
                        Operator.of(context).name()));
    }

    private static void change(RoutingContext context, ChangeCaRotation wanted) {
        Answers.send(
                context,
                200,
                Answers.ask(context, FleetBus.CHANGE_CA_ROTATION, wanted, PART).map(CaRotationApi::changed));
    }

    private static View changed(CaRotationOutcome outcome) {
        if (outcome instanceof CaRotationOutcome.Refused refused) {
            throw new Rejected(Problem.of(409, "conflict", "Not possible now", refused.detail()));
        }
        return View.of(((CaRotationOutcome.Changed) outcome).status());
    }

    record Count(long confirmed, long missing) {}

    record Missing(String kind, String name, @Nullable String lastSeen, String detail) {}

    /** As {@link CaRotationStatus} says; times are null where there is none to tell. */
    record View(
            @Nullable String id,
            String kind,
            String phase,
            @Nullable String startedAt,
            @Nullable String since,
            String actor,
            @Nullable String oldRoot,
            @Nullable String newRoot,
            @Nullable String oldIssuer,
            @Nullable String newIssuer,
            String bundleFingerprint,
            Map<String, Count> adoption,
            long leaves,
            boolean ready,
            String explanation,
            String blocked,
            String next,
            String abort,
            long missing,
            List<Missing> stragglers) {
        static View of(CaRotationStatus told) {
            var adoption = new TreeMap<String, Count>();
            told.adoption().forEach((kind, count) -> adoption.put(kind, new Count(count.confirmed(), count.missing())));
            return new View(
                    told.id(),
                    told.kind(),
                    told.phase(),
                    text(told.startedAt()),
                    text(told.since()),
                    told.actor(),
                    told.oldRoot(),
                    told.newRoot(),
                    told.oldIssuer(),
                    told.newIssuer(),
                    told.bundleFingerprint(),
                    adoption,
                    told.leaves(),
                    told.ready(),
                    told.explanation(),
                    told.blocked(),
                    told.next(),
                    told.abort(),
                    told.missing(),
                    told.stragglers().stream()
                            .map(one -> new Missing(
                                    one.kind().name().toLowerCase(Locale.ROOT),
                                    one.name(),
                                    text(one.lastSeen()),
                                    one.detail()))
                            .toList());
        }

        private static @Nullable String text(@Nullable Instant moment) {
            return moment == null ? null : moment.toString();
        }
    }
}
