package io.lumia.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.ChangeRotation;
import io.lumia.bus.FleetBus.DescribeRotation;
import io.lumia.bus.FleetBus.DevicePage;
import io.lumia.bus.FleetBus.DeviceRecord;
import io.lumia.bus.FleetBus.FleetRotationStatus;
import io.lumia.bus.FleetBus.OrderedRenewalEnded;
import io.lumia.bus.FleetBus.RenewDeviceOutcome;
import io.lumia.bus.FleetBus.RenewDeviceOutcome.NotConnected;
import io.lumia.bus.FleetBus.RenewDeviceOutcome.Told;
import io.lumia.bus.FleetBus.RotationChange;
import io.lumia.bus.FleetBus.RotationOutcome;
import io.lumia.bus.FleetBus.StartRotation;
import io.lumia.fakes.Await;
import io.lumia.x509.DeviceName;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The drill on the bus, with devices that do what the test says. */
class RotationDrillTest {
    private static final DeviceName APP = new DeviceName("lumia-app");

    private final Vertx vertx = Vertx.vertx();
    private final List<DeviceName> ordered = new CopyOnWriteArrayList<>();
    private final List<String> audited = new CopyOnWriteArrayList<>();
    private final Set<DeviceName> away = ConcurrentHashMap.newKeySet();
    private final Set<DeviceName> failing = ConcurrentHashMap.newKeySet();
    private final List<DeviceName> heardOf = new CopyOnWriteArrayList<>();

    /** Its context is the drill's. */
    private final class Part extends VerticleBase {
        @Override
        public Future<?> start() {
            return drill().serve();
        }

        private RotationDrill drill() {
            var holder = new RotationDrill[1];
            holder[0] = new RotationDrill(
                    vertx, Clock.systemUTC(), APP, device -> order(holder[0], device), () -> List.copyOf(heardOf));
            return holder[0];
        }

        private Future<RenewDeviceOutcome> order(RotationDrill drill, DeviceName device) {
            ordered.add(device);
            if (away.contains(device)) {
                return Future.succeededFuture(new NotConnected("it is away"));
            }
            boolean renewed = !failing.contains(device);
            vertx.runOnContext(
                    later -> drill.ended(new OrderedRenewalEnded(device, renewed, null, renewed ? "" : "refused")));
            return Future.succeededFuture(new Told(false));
        }
    }

    @BeforeEach
    void deploy() {
        FleetBus.install(vertx);
        Await.result(FleetBus.AUDITED.listen(vertx, told -> audited.add(told.action())));
        Await.result(vertx.deployVerticle(new Part()));
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void gives_every_device_of_the_inventory_its_turn_and_the_application_none() {
        inventory(1_234);
        away.add(device(7));

        var begun = start(5_000, 0.05);

        assertThat(begun.state()).isEqualTo("running");
        assertThat(begun.left())
                .as("the second page is known of, the application on it")
                .isEqualTo(1_235);
        awaitState("done");
        assertThat(ordered).hasSize(1_234).doesNotHaveDuplicates().doesNotContain(APP);
        assertThat(status().done()).isEqualTo(1_233);
        assertThat(status().absent()).isOne();
        assertThat(status().endsAt()).isAfterOrEqualTo(status().startedAt());
        Await.until(vertx, "it is audited", () -> audited.contains("fleet-rotation.end"));
        assertThat(audited).containsExactly("fleet-rotation.start", "fleet-rotation.end");
    }

    @Test
    void turns_to_those_it_heard_of_where_no_inventory_answers() {
        heardOf.add(device(1));
        heardOf.add(device(2));
        start(100, 0.05);
        awaitState("done");
        assertThat(ordered).containsExactly(device(1), device(2));
    }

    @Test
    void answers_who_starts_it_also_when_the_inventory_is_slow() {
        var slow = Promise.<DevicePage>promise();
        Await.result(FleetBus.LIST_DEVICES.serve(vertx, asked -> slow.future()));
        assertThat(start(100, 0.05).state()).isEqualTo("running");
        assertThat(ordered).isEmpty();

        slow.complete(new DevicePage(List.of(record(device(1))), 1, 0, 1_000));
        awaitState("done");
        assertThat(ordered).containsExactly(device(1));
    }

    @Test
    void halts_when_too_many_fail_says_so_and_can_be_aborted() {
        inventory(50);
        IntStream.range(0, 50).forEach(i -> failing.add(device(i)));
        start(50, 0.1);
        awaitState("halted");
        assertThat(status().failed()).isGreaterThanOrEqualTo(3);
        assertThat(status().left()).isPositive();
        Await.until(vertx, "it is audited", () -> audited.contains("fleet-rotation.halt"));

        assertThat(Await.result(FleetBus.START_ROTATION.ask(vertx, new StartRotation(1, 1, "tester"))))
                .isInstanceOf(RotationOutcome.Refused.class);
        assertThat(change(RotationChange.PAUSE)).isInstanceOf(RotationOutcome.Refused.class);
        assertThat(change(RotationChange.ABORT)).isInstanceOf(RotationOutcome.Changed.class);
        assertThat(status().state()).isEqualTo("aborted");
        assertThat(change(RotationChange.RESUME)).isInstanceOf(RotationOutcome.Refused.class);
        Await.until(vertx, "those at work have ended", () -> status().endsAt() != null);
        assertThat(start(1, 1).state()).as("another one may begin").isEqualTo("running");
    }

    @Test
    void tells_that_there_was_none() {
        assertThat(status().state()).isEqualTo("idle");
        assertThat(change(RotationChange.PAUSE)).isInstanceOf(RotationOutcome.Refused.class);
    }

    private void inventory(int devices) {
        var names = IntStream.range(0, devices)
                .mapToObj(RotationDrillTest::device)
                .collect(Collectors.toCollection(ArrayList::new));
        names.add(APP);
        Await.result(FleetBus.LIST_DEVICES.serve(
                vertx,
                asked -> Future.succeededFuture(new DevicePage(
                        names.stream()
                                .skip((long) asked.page() * asked.size())
                                .limit(asked.size())
                                .map(RotationDrillTest::record)
                                .toList(),
                        names.size(),
                        asked.page(),
                        asked.size()))));
    }

    private static DeviceRecord record(DeviceName name) {
        return new DeviceRecord(name, "", "127.0.0.1", Instant.EPOCH, null, null);
    }

    private FleetRotationStatus start(double perSecond, double mostFailed) {
        var outcome =
                Await.result(FleetBus.START_ROTATION.ask(vertx, new StartRotation(perSecond, mostFailed, "tester")));
        return ((RotationOutcome.Changed) outcome).status();
    }

    private RotationOutcome change(RotationChange change) {
        return Await.result(FleetBus.CHANGE_ROTATION.ask(vertx, new ChangeRotation(change, "tester")));
    }

    private FleetRotationStatus status() {
        return Await.result(FleetBus.DESCRIBE_ROTATION.ask(vertx, new DescribeRotation()));
    }

    private void awaitState(String state) {
        Await.until(vertx, "it is " + state, () -> status().state().equals(state));
    }

    private static DeviceName device(int number) {
        return new DeviceName("dev-%04d".formatted(number));
    }
}
