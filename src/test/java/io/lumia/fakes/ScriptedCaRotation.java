package io.lumia.fakes;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Adoption;
import io.lumia.bus.FleetBus.CaRotationOutcome;
import io.lumia.bus.FleetBus.CaRotationStatus;
import io.lumia.bus.FleetBus.Straggler;
import io.lumia.lifecycle.CaRotation;
import io.lumia.lifecycle.CaRotation.Kind;
import io.lumia.lifecycle.CaRotation.Missing;
import io.lumia.lifecycle.CaRotation.Phase;
import io.lumia.lifecycle.CaRotationText;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Answers on the bus for who rotates root and intermediate: one status after the other, and a refusal on demand. */
public final class ScriptedCaRotation {
    public static final Instant STARTED = ScriptedAuthority.NOW.minusSeconds(7200);
    public static final Instant SINCE = ScriptedAuthority.NOW.minusSeconds(3600);

    /** Every question, in order. */
    public final List<Record> asked = new CopyOnWriteArrayList<>();
    /** Of every change; null: none is refused. */
    public volatile String refusal;

    private final Deque<CaRotationStatus> script = new ArrayDeque<>(List.of(idle()));

    /** Registers at every address of the rotation. */
    public Future<?> serve(Vertx vertx) {
        return Future.all(
                FleetBus.DESCRIBE_CA_ROTATION.serve(vertx, wanted -> {
                    asked.add(wanted);
                    return Future.succeededFuture(next());
                }),
                FleetBus.START_CA_ROTATION.serve(vertx, this::change),
                FleetBus.CHANGE_CA_ROTATION.serve(vertx, this::change));
    }

    /** Each question is answered by the next of them, and by the last from then on. */
    public synchronized void tell(CaRotationStatus... statuses) {
        script.clear();
        script.addAll(List.of(statuses));
    }

    private synchronized CaRotationStatus next() {
        return script.size() > 1 ? script.remove() : script.element();
    }

    private Future<CaRotationOutcome> change(Record wanted) {
        asked.add(wanted);
        var status = next();
        return Future.succeededFuture(
                refusal == null
                        ? new CaRotationOutcome.Changed(status)
                        : new CaRotationOutcome.Refused(refusal, status));
    }

    /** There never was a rotation. */
    public static CaRotationStatus idle() {
        return new CaRotationStatus(
                null,
                "none",
                "idle",
                null,
                null,
                "",
                "aa",
                null,
                "bb",
                null,
                "cc",
                Map.of("device", new Adoption(0, 0)),
                0,
                false,
                "there was no rotation yet",
                "",
                "",
                "",
                0,
                List.of());
    }

    /** In the words of the real one. */
    public static CaRotationStatus status(Kind kind, Phase phase, Straggler... missing) {
        return status(kind, phase, missing.length, missing);
    }

    /**
     * In the words of the real one.
     *
     * @param missing devices, or in a phase that drains their certificates
     * @param named the first of them
     */
    public static CaRotationStatus status(Kind kind, Phase phase, long missing, Straggler... named) {
        var counted = phase.drains() ? new Missing(0, 0, missing) : new Missing(missing, 0, 0);
        var blocking = CaRotation.blocking(kind, phase, counted);
        return new CaRotationStatus(
                "rotation-1",
                kind.label(),
                phase.label(),
                STARTED,
                SINCE,
                "ann",
                "aa",
                "a2",
                "bb",
                "b2",
                "cc",
                Map.of("device", new Adoption(5, counted.holders()), "broker", new Adoption(0, 0)),
                counted.leaves(),
                blocking.equals(Missing.NOTHING) && CaRotation.next(kind, phase).isPresent(),
                CaRotationText.explain(kind, phase),
                CaRotationText.blocked(blocking),
                CaRotationText.next(kind, phase),
                CaRotationText.abort(phase),
                blocking.holders() + blocking.leaves(),
                List.of(named));
    }
}
