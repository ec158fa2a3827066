package io.lumia.web;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.ChangeRotation;
import io.lumia.bus.FleetBus.DescribeRotation;
import io.lumia.bus.FleetBus.FleetRotationStatus;
import io.lumia.bus.FleetBus.RotationChange;
import io.lumia.bus.FleetBus.RotationOutcome;
import io.lumia.bus.FleetBus.StartRotation;
import io.lumia.config.Rate;
import io.lumia.http.Problem;
import io.lumia.x509.Printable;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /fleet-rotation}: the drill in which every device renews. */
final class RotationApi {
    private static final String PART = "app";
    private static final double USUAL_FAILURES = 0.05;

    void mount(ApiRoutes api) {
        api.get("/fleet-rotation", Role.VIEWER, RotationApi::show);
        api.post("/fleet-rotation", Role.OPERATOR, RotationApi::start);
        api.patch("/fleet-rotation", Role.OPERATOR, RotationApi::change);
        api.delete("/fleet-rotation", Role.OPERATOR, context -> change(context, RotationChange.ABORT));
    }

    private static void show(RoutingContext context) {
        Answers.send(
                context,
                200,
                Answers.ask(context, FleetBus.DESCRIBE_ROTATION, new DescribeRotation(), PART)
                        .map(Rotation::of));
    }

    private static void start(RoutingContext context) {
        var body = RequestBody.of(context, new LinkedHashSet<>(List.of("rate", "mostFailed")));
        var wanted = new StartRotation(
                rate(body.required("rate")),
                body.share("mostFailed").orElse(USUAL_FAILURES),
                Operator.of(context).name());
        Answers.send(
                context,
                201,
                Answers.ask(context, FleetBus.START_ROTATION, wanted, PART).map(RotationApi::changed));
    }

    private static double rate(String text) {
        try {
            return Rate.parse(text).perSecond();
        } catch (IllegalArgumentException malformed) {
            throw Rejected.badRequest("the member 'rate': " + malformed.getMessage());
        }
    }

    private static void change(RoutingContext context) {
        var wanted = RequestBody.of(context, Set.of("state")).required("state");
        switch (wanted) {
            case "paused" -> change(context, RotationChange.PAUSE);
            case "running" -> change(context, RotationChange.RESUME);
            default ->
                throw Rejected.badRequest(
                        "the member 'state' must be paused or running, is " + Printable.quoted(wanted));
        }
    }

    private static void change(RoutingContext context, RotationChange change) {
        var wanted = new ChangeRotation(change, Operator.of(context).name());
        Future<RotationOutcome> outcome = Answers.ask(context, FleetBus.CHANGE_ROTATION, wanted, PART);
        Answers.send(context, 200, outcome.map(RotationApi::changed));
    }

    private static Rotation changed(RotationOutcome outcome) {
        if (outcome instanceof RotationOutcome.Refused refused) {
            throw new Rejected(Problem.of(409, "conflict", "Not possible now", refused.detail()));
        }
        return Rotation.of(((RotationOutcome.Changed) outcome).status());
    }

    /** Times are null where there is none to tell. */
    record Rotation(
            String state,
            double perSecond,
            double mostFailed,
            long left,
            long working,
            long done,
            long failed,
            long absent,
            @Nullable String startedAt,
            @Nullable String endsAt,
            String actor) {
        static Rotation of(FleetRotationStatus told) {
            return new Rotation(
                    told.state(),
                    told.perSecond(),
                    told.mostFailed(),
                    told.left(),
                    told.working(),
                    told.done(),
                    told.failed(),
                    told.absent(),
                    text(told.startedAt()),
                    text(told.endsAt()),
                    told.actor());
        }

        private static @Nullable String text(@Nullable Instant moment) {
            return moment == null ? null : moment.toString();
        }
    }
}
