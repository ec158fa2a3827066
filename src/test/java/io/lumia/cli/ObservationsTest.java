package io.lumia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.DeviceConnected;
import io.lumia.bus.FleetBus.DeviceDisconnected;
import io.lumia.fakes.Await;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ObservationsTest {
    private static final SerialNumber OLD = SerialNumber.parse("a1");
    private static final SerialNumber NEW = SerialNumber.parse("b2");

    private final Vertx vertx = Vertx.vertx();
    private final Observations seen = new Observations();

    @AfterEach
    void close() {
        var unused = Await.result(vertx.close());
    }

    @Test
    void an_identity_stays_connected_when_the_end_of_its_probe_is_told_late() throws InterruptedException {
        FleetBus.install(vertx);
        var listening = Await.result(seen.listen(vertx));
        assertThat(listening).isNotNull();
        connected("dev-0001", OLD);
        connected("dev-0001!probe", NEW);
        connected("dev-0001", NEW);
        disconnected("dev-0001", OLD);
        disconnected("dev-0001!probe", NEW);
        connected("dev-0002", OLD);
        assertThat(seen.await(Duration.ofMinutes(1), so -> so.connected() == 2)).isTrue();
        disconnected("dev-0001", NEW);
        assertThat(seen.await(Duration.ofMinutes(1), so -> so.connected() == 1)).isTrue();
    }

    private void connected(String clientId, SerialNumber serial) {
        FleetBus.DEVICE_CONNECTED.publish(
                vertx, new DeviceConnected(identity(clientId), clientId, serial, "127.0.0.1", "TLSv1.3"));
    }

    private void disconnected(String clientId, SerialNumber serial) {
        FleetBus.DEVICE_DISCONNECTED.publish(
                vertx, new DeviceDisconnected(identity(clientId), clientId, serial, "client"));
    }

    private static String identity(String clientId) {
        return clientId.replace("!probe", "");
    }
}
