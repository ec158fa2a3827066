package io.lumia.broker;

import static io.lumia.broker.TestBroker.await;
import static io.lumia.broker.TestBroker.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.broker.RawMqtt.Connect;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.NewsMissed;
import io.lumia.bus.FleetBus.RevocationEnforced;
import io.lumia.x509.SerialNumber;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecheckTest {
    @TempDir
    Path data;

    @Test
    void finds_the_revocations_that_were_not_told_and_leaves_the_others() throws Exception {
        try (var broker = new TestBroker(data, Clock.systemUTC(), TestBroker.config())) {
            var enforced = new ConcurrentLinkedQueue<RevocationEnforced>();
            await(FleetBus.REVOCATION_ENFORCED.listen(broker.vertx, enforced::add));
            var bad = broker.authority.device("dev-1");
            try (var goes = RawMqtt.connect(broker, bad);
                    var stays = RawMqtt.connect(broker, broker.authority.device("dev-2"))) {
                assertThat(goes.say(Connect.mqtt5("c")).at(1)).isZero();
                assertThat(stays.say(Connect.mqtt5("c")).at(1)).isZero();
                var untold = broker.authority.revoke(SerialNumber.of(bad.leaf()));
                FleetBus.NEWS_MISSED.publish(broker.vertx, new NewsMissed());
                assertThat(goes.next().at(0)).isEqualTo(0x98);
                until("acknowledged", () -> enforced.size() == 1);
                assertThat(enforced.peek().serial()).isEqualTo(untold.serial());
                stays.ping();
            }
        }
    }
}
