package io.lumia.web.gui;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CaRotationChange;
import io.lumia.bus.FleetBus.CaRotationOutcome;
import io.lumia.bus.FleetBus.CaRotationStatus;
import io.lumia.bus.FleetBus.ChangeCaRotation;
import io.lumia.bus.FleetBus.DescribeCaRotation;
import io.lumia.bus.FleetBus.StartCaRotation;
import io.lumia.web.Operator;
import io.lumia.web.Rejected;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** Questions before each step of a rotation of root or intermediate. */
final class CaRotationPages {
    private static final String PART = "authority";
    private static final String START_ROOT = "start-root";
    private static final String START_INTERMEDIATE = "start-intermediate";
    private static final String NEXT = "next";
    private static final String ABORT = "abort";

    private final Screens screens;

    CaRotationPages(Screens screens) {
        this.screens = screens;
    }

    /**
     * What is asked.
     *
     * @param step as in the path
     * @param blocked who is missing; empty: nobody
     * @param mayRevoke whether the step can revoke the old intermediate
     * @param wrong why it was not done; null: it was not tried
     */
    record Question(
            String step,
            String title,
            String meaning,
            String button,
            String blocked,
            boolean mayRevoke,
            @Nullable String wrong) {
        static Question of(String step, CaRotationStatus status, @Nullable String wrong) {
            return switch (step) {
                case START_ROOT ->
                    new Question(
                            step,
                            "Rotate the root?",
                            "A new root and intermediate are made. Nobody is told of them before the next step.",
                            "Make them",
                            "",
                            false,
                            wrong);
                case START_INTERMEDIATE ->
                    new Question(
                            step,
                            "Rotate the intermediate?",
                            "A new intermediate is made under the same root. It issues nothing before the next step.",
                            "Make it",
                            "",
                            false,
                            wrong);
                case NEXT ->
                    new Question(
                            step,
                            "Take the next step?",
                            status.next().isEmpty()
                                    ? "There is no next step any more."
                                    : "This step " + status.next() + ".",
                            "Take it",
                            status.blocked(),
                            status.kind().equals("intermediate")
                                    && status.phase().equals("draining"),
                            wrong);
                case ABORT ->
                    new Question(
                            step,
                            "Turn back?",
                            status.abort().isEmpty()
                                    ? "That is not possible any more."
                                    : "What that means: " + status.abort() + ".",
                            "Turn back",
                            "",
                            false,
                            wrong);
                default -> throw Rejected.notFound("There is no such step.");
            };
        }
    }

    void mount(Router router) {
        router.get("/ca/rotation/:step").handler(context -> ask(context, 200, null));
        router.post("/ca/rotation/:step").handler(this::take);
    }

    private void ask(RoutingContext context, int status, @Nullable String wrong) {
        var step = String.valueOf(context.pathParam("step"));
        var shell = screens.shell(context, "Rotation", Section.CA);
        var unused = screens.ask(FleetBus.DESCRIBE_CA_ROTATION, new DescribeCaRotation(), PART)
                .map(told -> Question.of(step, told, wrong))
                .onSuccess(question -> screens.show(context, status, "rotation", shell, question))
                .onFailure(context::fail);
    }

    private void take(RoutingContext context) {
        var unused = outcome(context)
                .onSuccess(outcome -> {
                    if (outcome instanceof CaRotationOutcome.Refused refused) {
                        ask(context, 409, refused.detail());
                    } else {
                        Screens.go(context, "/ca", Done.ROTATION_MOVED);
                    }
                })
                .onFailure(context::fail);
    }

    private Future<CaRotationOutcome> outcome(RoutingContext context) {
        var actor = Operator.of(context).name();
        var form = context.request().formAttributes();
        return switch (String.valueOf(context.pathParam("step"))) {
            case START_ROOT -> screens.ask(FleetBus.START_CA_ROTATION, new StartCaRotation(false, actor), PART);
            case START_INTERMEDIATE -> screens.ask(FleetBus.START_CA_ROTATION, new StartCaRotation(true, actor), PART);
            case NEXT ->
                screens.ask(
                        FleetBus.CHANGE_CA_ROTATION,
                        new ChangeCaRotation(
                                CaRotationChange.NEXT, form.contains("force"), form.contains("revokeOld"), actor),
                        PART);
            case ABORT ->
                screens.ask(
                        FleetBus.CHANGE_CA_ROTATION,
                        new ChangeCaRotation(CaRotationChange.ABORT, false, false, actor),
                        PART);
            default -> Future.failedFuture(Rejected.notFound("There is no such step."));
        };
    }
}
