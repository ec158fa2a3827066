package io.lumia.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.TrustChanged;
import io.lumia.fakes.Await;
import io.lumia.fakes.FleetCa;
import io.lumia.mqtt.Message;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TrustOrdersTest {
    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final X509Certificate first = new FleetCa(Clock.systemUTC()).root();
    private final X509Certificate second = new FleetCa(Clock.systemUTC()).root();
    private final List<Message> sent = new CopyOnWriteArrayList<>();
    private final List<String> self = new CopyOnWriteArrayList<>();
    private volatile boolean away;
    private final Commands commands = new Commands(
            message -> {
                sent.add(message);
                return away ? Future.failedFuture("away") : Future.succeededFuture();
            },
            1);
    private volatile TrustChanged bundle = bundle(List.of(first));
    private TrustOrders orders;

    @BeforeEach
    void serve() {
        FleetBus.install(vertx);
        Await.result(FleetBus.DESCRIBE_TRUST.serve(vertx, asked -> Future.succeededFuture(bundle)));
        orders = new TrustOrders(
                vertx,
                commands,
                Clock.systemUTC(),
                () -> List.of(new DeviceName("dev-0001"), new DeviceName("dev-0002")),
                self::add);
        Await.on(context, () -> orders.serve().mapEmpty());
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void tells_everybody_once_when_the_roots_change() {
        change(List.of(first, second));

        Await.until(vertx, "both are told", () -> sent.size() == 2);
        heard("dev-0001");
        heard("dev-0003");
        Await.until(vertx, "the third is told", () -> sent.size() == 3);
        assertThat(sent)
                .extracting(Message::topic)
                .containsExactly("devices/dev-0001/commands", "devices/dev-0002/commands", "devices/dev-0003/commands");
        assertThat(new JsonObject(sent.get(0).payload()).getString("bundle")).isEqualTo(bundle.bundleFingerprint());
        assertThat(self).containsExactly(bundle.bundleFingerprint());
    }

    @Test
    void tells_who_was_not_reached_again_when_it_is_heard_of() {
        away = true;
        change(List.of(first, second));
        Await.until(vertx, "both were tried", () -> sent.size() == 2);
        away = false;

        heard("dev-0002");

        Await.until(vertx, "told again", () -> sent.size() == 3);
        assertThat(sent.get(2).topic()).isEqualTo("devices/dev-0002/commands");
    }

    @Test
    void after_a_restart_it_speaks_only_while_there_are_several_roots() {
        heard("dev-0003");
        bundle = bundle(List.of(first, second));
        var again = new TrustOrders(vertx, commands, Clock.systemUTC(), List::of, self::add);
        Await.on(context, () -> again.serve().mapEmpty());
        Await.until(vertx, "it knows", () -> self.contains(bundle.bundleFingerprint()));
        assertThat(sent).isEmpty();

        Await.on(context, () -> {
            again.heardOf("dev-0003");
            return Future.succeededFuture();
        });

        Await.until(vertx, "told", () -> sent.size() == 1);
        commands.answered("dev-0003", sent.get(0).correlationData(), Buffer.buffer("{}"), Instant.now());
    }

    private void heard(String device) {
        Await.on(context, () -> {
            orders.heardOf(device);
            return Future.succeededFuture();
        });
    }

    private void change(List<X509Certificate> roots) {
        bundle = bundle(roots);
        FleetBus.TRUST_CHANGED.publish(vertx, bundle);
    }

    private static TrustChanged bundle(List<X509Certificate> roots) {
        return new TrustChanged(Pem.of(roots), Fingerprint.ofBundle(roots).hex(), Instant.EPOCH);
    }
}
