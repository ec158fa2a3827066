package io.lumia.expiry;

import static io.lumia.bus.FleetBus.CERTIFICATE_EXPIRING;
import static io.lumia.bus.FleetBus.LISTENER_RELOADED;
import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateExpiring;
import io.lumia.bus.FleetBus.ListenerReloaded;
import io.lumia.config.ExpiryConfig;
import io.lumia.config.HooksConfig;
import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Vertx;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExpiryVerticleTest {
    private static final Instant ISSUED = Instant.parse("2030-01-01T00:00:00Z");
    private static final Validity ONE_DAY = new Validity(ISSUED, ISSUED.plus(Duration.ofDays(1)));

    private final Vertx vertx = Vertx.vertx();
    private final MovableClock clock = new MovableClock(ISSUED);
    private final List<CertificateExpiring> told = new CopyOnWriteArrayList<>();

    @BeforeEach
    void deploy() {
        FleetBus.install(vertx);
        Await.result(CERTIFICATE_EXPIRING.listen(vertx, told::add));
        var config = new ExpiryConfig(
                Duration.ofMillis(5),
                Duration.ofDays(7),
                Duration.ofDays(3),
                Duration.ofSeconds(1),
                Map.of(),
                HooksConfig.none());
        Await.result(vertx.deployVerticle(new ExpiryVerticle(config, clock)));
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void tells_each_change_of_level_once() {
        serve(1, ONE_DAY);
        Await.result(vertx.timer(50));
        assertThat(told).isEmpty();

        clock.advance(Duration.ofHours(19));
        Await.until(vertx, "a warning", () -> told.size() == 1);
        clock.advance(Duration.ofHours(4));
        Await.until(vertx, "a critical level", () -> told.size() == 2);
        Await.result(vertx.timer(50));

        assertThat(told).extracting(CertificateExpiring::level).containsExactly("warning", "critical");
        assertThat(told).extracting(CertificateExpiring::identity).containsOnly("broker");
    }

    @Test
    void tells_that_a_renewal_made_it_healthy_again() {
        serve(1, ONE_DAY);
        clock.advance(Duration.ofHours(23));
        Await.until(vertx, "a critical level", () -> told.size() == 1);

        serve(2, new Validity(clock.instant(), clock.instant().plus(Duration.ofDays(1))));
        Await.until(vertx, "a healthy level", () -> told.size() == 2);

        assertThat(told).extracting(CertificateExpiring::level).containsExactly("critical", "healthy");
    }

    private void serve(long serial, Validity validity) {
        LISTENER_RELOADED.publish(
                vertx,
                new ListenerReloaded(
                        "broker",
                        new SerialNumber(BigInteger.valueOf(serial)),
                        validity.notBefore(),
                        validity,
                        "started",
                        "embedded",
                        null));
    }
}
