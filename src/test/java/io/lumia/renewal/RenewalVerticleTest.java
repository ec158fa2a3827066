package io.lumia.renewal;

import static io.lumia.bus.FleetBus.CERTIFICATE_RENEWED;
import static io.lumia.bus.FleetBus.LISTENER_RELOADED;
import static io.lumia.bus.FleetBus.RENEWAL_FAILED;
import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.ListenerReloaded;
import io.lumia.bus.FleetBus.RenewListenerOutcome;
import io.lumia.bus.FleetBus.RenewListenerOutcome.Kept;
import io.lumia.bus.FleetBus.RenewListenerOutcome.Renewed;
import io.lumia.config.RenewalConfig;
import io.lumia.fakes.MovableClock;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import io.vertx.junit5.VertxTestContext;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class RenewalVerticleTest {
    private static final Instant ISSUED = Instant.parse("2030-01-01T00:00:00Z");
    private static final Validity ONE_HOUR = new Validity(ISSUED.minusSeconds(60), ISSUED.plus(Duration.ofHours(1)));
    private static final SerialNumber SERIAL = new SerialNumber(BigInteger.valueOf(77));
    private static final RenewalConfig POLICY = new RenewalConfig(0.25, null, 0, Duration.ofMillis(5));

    private final MovableClock clock = new MovableClock(ISSUED);
    private final AtomicInteger asked = new AtomicInteger();

    @BeforeEach
    void bus(Vertx vertx) {
        FleetBus.install(vertx);
    }

    @Test
    void asks_the_listener_once_its_certificate_is_due(Vertx vertx, VertxTestContext test) {
        var renewed = new Renewed(new SerialNumber(BigInteger.TEN), ISSUED, ONE_HOUR, "embedded");
        CERTIFICATE_RENEWED
                .listen(
                        vertx,
                        told -> test.verify(() -> {
                            assertThat(told.identity()).isEqualTo("broker");
                            assertThat(told.serial()).isEqualTo(renewed.serial());
                            assertThat(asked).hasValue(1);
                            test.completeNow();
                        }))
                .compose(listening -> watching(vertx, renewed))
                .onSuccess(watching -> clock.advance(Duration.ofMinutes(45)))
                .onFailure(test::failNow);
    }

    @Test
    void leaves_a_listener_alone_before_its_certificate_is_due(Vertx vertx, VertxTestContext test) {
        clock.advance(Duration.ofMinutes(44));
        watching(vertx, new Renewed(SERIAL, ISSUED, ONE_HOUR, "embedded"))
                .compose(watching -> vertx.timer(100))
                .onComplete(test.succeeding(waited -> test.verify(() -> {
                    assertThat(asked).hasValue(0);
                    test.completeNow();
                })));
    }

    @Test
    void tries_again_after_a_failure_and_says_when(Vertx vertx, VertxTestContext test) {
        clock.advance(Duration.ofMinutes(45));
        RENEWAL_FAILED
                .listen(vertx, failed -> {
                    if (asked.get() == 1) {
                        test.verify(() -> assertThat(failed.retryAt())
                                .isBetween(clock.instant(), clock.instant().plusSeconds(2)));
                        clock.advance(Duration.ofSeconds(3));
                    } else {
                        test.completeNow();
                    }
                })
                .compose(listening -> watching(vertx, new Kept("rolled_back", "another certificate is served")))
                .onFailure(test::failNow);
    }

    @Test
    void tries_again_when_nobody_answered(Vertx vertx, VertxTestContext test) {
        clock.advance(Duration.ofMinutes(45));
        RENEWAL_FAILED
                .listen(vertx, failed -> {
                    clock.advance(Duration.ofSeconds(3));
                    if (asked.incrementAndGet() == 2) {
                        test.completeNow();
                    }
                })
                .compose(listening -> vertx.deployVerticle(new RenewalVerticle(POLICY, clock, new Random(1))))
                .onSuccess(deployed -> LISTENER_RELOADED.publish(
                        vertx, new ListenerReloaded("broker", SERIAL, ISSUED, ONE_HOUR, "started", "embedded", null)))
                .onFailure(test::failNow);
    }

    @Test
    void goes_by_what_the_listeners_own_section_says(Vertx vertx, VertxTestContext test) {
        clock.advance(Duration.ofMinutes(41));
        var renewed = new Renewed(new SerialNumber(BigInteger.TEN), ISSUED, ONE_HOUR, "acme");
        CERTIFICATE_RENEWED
                .listen(
                        vertx,
                        told -> test.verify(() -> {
                            assertThat(told.method()).isEqualTo("acme");
                            test.completeNow();
                        }))
                .compose(listening -> watching(vertx, renewed, "acme", Duration.ofMinutes(20)))
                .onFailure(test::failNow);
    }

    @Test
    void leaves_the_files_of_an_operator_to_the_listener(Vertx vertx, VertxTestContext test) {
        clock.advance(Duration.ofMinutes(59));
        watching(vertx, new Renewed(SERIAL, ISSUED, ONE_HOUR, "manual"), "manual", null)
                .compose(watching -> vertx.timer(100))
                .onComplete(test.succeeding(waited -> test.verify(() -> {
                    assertThat(asked).hasValue(0);
                    test.completeNow();
                })));
    }

    @Test
    void asks_on_while_a_fallback_stands_in(Vertx vertx, VertxTestContext test) {
        RENEWAL_FAILED
                .listen(vertx, failed -> {
                    if (asked.get() > 1) {
                        test.completeNow();
                    }
                })
                .compose(listening -> watching(vertx, new Kept("unreachable", "no CA"), "fallback", null))
                .onSuccess(watching -> vertx.setPeriodic(5, tick -> clock.advance(Duration.ofSeconds(1))))
                .onFailure(test::failNow);
    }

    private Future<?> watching(Vertx vertx, RenewListenerOutcome outcome) {
        return watching(vertx, outcome, "embedded", null);
    }

    private Future<?> watching(Vertx vertx, RenewListenerOutcome outcome, String source, Duration renewBefore) {
        return vertx.deployVerticle(new RenewalVerticle(POLICY, clock, new Random(1)))
                .compose(deployed -> FleetBus.renewListener("broker").serve(vertx, question -> {
                    asked.incrementAndGet();
                    return Future.succeededFuture(outcome);
                }))
                .onSuccess(serving -> LISTENER_RELOADED.publish(
                        vertx,
                        new ListenerReloaded("broker", SERIAL, ISSUED, ONE_HOUR, "started", source, renewBefore)));
    }
}
