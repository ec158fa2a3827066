package io.lumia.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CaRotationStatus;
import io.lumia.bus.FleetBus.OrderedRenewalEnded;
import io.lumia.bus.FleetBus.RenewDeviceOutcome;
import io.lumia.bus.FleetBus.Straggler;
import io.lumia.bus.FleetBus.TrustHolder;
import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.lumia.x509.DeviceName;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DrainOrdersTest {
    private static final DeviceName OWN = new DeviceName("lumia-app");
    private static final DeviceName FIRST = new DeviceName("dev-0001");
    private static final DeviceName SECOND = new DeviceName("dev-0002");
    private static final DeviceName AWAY = new DeviceName("dev-0003");

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final MovableClock clock = new MovableClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final List<DeviceName> ordered = new CopyOnWriteArrayList<>();
    private final List<DeviceName> heardOf = new CopyOnWriteArrayList<>(List.of(OWN, FIRST, SECOND));
    private volatile int selves;
    private volatile boolean drilled;
    private DrainOrders drain;

    @BeforeEach
    void start() {
        FleetBus.install(vertx);
        drain = new DrainOrders(vertx, clock, OWN, 100, this::order, () -> selves++, () -> drilled, () -> heardOf);
        Await.on(context, () -> {
            drain.start();
            return Future.succeededFuture();
        });
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void orders_nobody_before_the_ca_leaves_an_issuer() {
        look(status("issuing", 3, List.of(missing(FIRST))));
        look(status("draining", 1, List.of(missing(SECOND))));

        Await.until(vertx, "ordered", () -> !ordered.isEmpty());
        assertThat(ordered).as("the CA names who is left").containsExactly(SECOND);
        assertThat(selves).isEqualTo(1);
    }

    @Test
    void orders_all_that_are_heard_of_once_where_the_ca_cannot_name_them_all() {
        look(status("draining", 500, List.of(missing(AWAY))));
        Await.until(vertx, "ordered", () -> ordered.size() == 2);
        look(status("draining", 499, List.of(missing(AWAY))));
        heardOf.add(AWAY);
        look(status("draining", 499, List.of(missing(AWAY))));

        Await.until(vertx, "ordered", () -> ordered.size() == 3);
        assertThat(ordered).containsExactly(FIRST, SECOND, AWAY);
    }

    @Test
    void leaves_them_to_a_fleet_rotation_that_runs() {
        drilled = true;
        look(status("draining", 1, List.of(missing(FIRST))));
        look(status("draining", 2, List.of(missing(FIRST), missing(SECOND))));
        drilled = false;
        look(status("draining", 1, List.of(missing(SECOND))));

        Await.until(vertx, "ordered", () -> !ordered.isEmpty());
        assertThat(ordered).containsExactly(SECOND);
    }

    @Test
    void who_could_not_renew_has_its_turn_again() {
        look(status("draining", 1, List.of(missing(FIRST))));
        Await.until(vertx, "ordered", () -> ordered.size() == 1);
        look(status("draining", 1, List.of(missing(FIRST))));
        Await.on(context, () -> {
            drain.ended(new OrderedRenewalEnded(FIRST, false, null, "unreachable"));
            return Future.succeededFuture();
        });
        look(status("draining", 1, List.of(missing(FIRST))));
        Await.until(vertx, "ordered again", () -> ordered.size() == 2);

        clock.advance(Duration.ofMinutes(2));
        look(status("draining", 1, List.of(missing(FIRST))));
        look(status("draining", 1, List.of(missing(FIRST))));

        Await.until(vertx, "an order that had no consequence is given again", () -> ordered.size() == 3);
    }

    private Future<RenewDeviceOutcome> order(DeviceName device) {
        ordered.add(device);
        return Future.succeededFuture(new RenewDeviceOutcome.Told(false));
    }

    private void look(CaRotationStatus status) {
        Await.on(context, () -> {
            drain.look(status);
            return Future.succeededFuture();
        });
    }

    private static Straggler missing(DeviceName device) {
        return new Straggler(TrustHolder.DEVICE, device.value(), null, "has the old issuer's");
    }

    private static CaRotationStatus status(String phase, long missing, List<Straggler> named) {
        return new CaRotationStatus(
                "one", "root", phase, null, null, "test", null, null, null, null, "", Map.of(), missing, false, "", "",
                "", "", missing, named);
    }
}
