package io.lumia.renewal;

import static io.lumia.bus.FleetBus.LISTENERS_TO_RENEW;
import static io.lumia.bus.FleetBus.LISTENER_RELOADED;
import static io.lumia.bus.FleetBus.RENEWAL_FAILED;
import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.ListenerReloaded;
import io.lumia.bus.FleetBus.ListenersToRenew;
import io.lumia.bus.FleetBus.RenewListenerOutcome;
import io.lumia.bus.FleetBus.RenewListenerOutcome.Kept;
import io.lumia.bus.FleetBus.RenewListenerOutcome.Renewed;
import io.lumia.config.RenewalConfig;
import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Our own listeners while certificates of an issuer that is left behind drain. */
class ListenersToRenewTest {
    private static final Instant ISSUED = Instant.parse("2030-01-01T00:00:00Z");
    private static final Instant LEFT = ISSUED.plusSeconds(10);
    private static final SerialNumber SERIAL = new SerialNumber(BigInteger.TEN);
    private static final RenewalConfig POLICY = new RenewalConfig(0.25, null, 0, Duration.ofMillis(5));

    private final Vertx vertx = Vertx.vertx();
    private final MovableClock clock = new MovableClock(ISSUED.plusSeconds(60));
    private final Listeners listeners = new Listeners();

    /** All on one event loop, so that whoever was asked earlier stands in the list earlier. */
    private final class Listeners extends VerticleBase {
        final List<String> asked = new CopyOnWriteArrayList<>();
        volatile Future<RenewListenerOutcome> answerOfTheBroker;

        @Override
        public Future<?> start() {
            return Future.all(List.of("broker", "gui", "authority", "files", "last").stream()
                    .map(name -> FleetBus.renewListener(name).serve(vertx, question -> renew(name)))
                    .toList());
        }

        private Future<RenewListenerOutcome> renew(String name) {
            asked.add(name);
            if (name.equals("broker") && answerOfTheBroker != null) {
                return answerOfTheBroker;
            }
            serves(name, clock.instant(), "embedded");
            return Future.succeededFuture(new Renewed(SERIAL, clock.instant(), validity(clock.instant()), "embedded"));
        }
    }

    @BeforeEach
    void deploy() {
        FleetBus.install(vertx);
        Await.result(vertx.deployVerticle(new RenewalVerticle(POLICY, clock, new Random(1))));
        Await.result(vertx.deployVerticle(listeners));
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void whose_certificate_is_older_renews_once_and_whose_is_newer_does_not() {
        serves("broker", ISSUED, "embedded");
        serves("gui", LEFT, "embedded");
        serves("authority", LEFT.plusSeconds(1), "embedded");
        serves("files", ISSUED, "manual");

        tellUntilAsked("broker");
        tellUntilTheLastIsAsked();

        assertThat(listeners.asked).containsExactly("broker", "last");
    }

    @Test
    void who_is_renewing_already_is_not_asked_again() {
        Promise<RenewListenerOutcome> answer = Promise.promise();
        listeners.answerOfTheBroker = answer.future();
        serves("broker", ISSUED, "embedded");

        tellUntilAsked("broker");
        tellUntilTheLastIsAsked();

        assertThat(Collections.frequency(listeners.asked, "broker")).isEqualTo(1);
        answer.complete(new Kept("unreachable", "no CA"));
    }

    @Test
    void who_failed_keeps_its_schedule_however_often_it_is_told() {
        var retries = new CopyOnWriteArrayList<Instant>();
        Await.result(RENEWAL_FAILED.listen(vertx, failed -> retries.add(failed.retryAt())));
        listeners.answerOfTheBroker = Future.succeededFuture(new Kept("unreachable", "no CA"));
        serves("broker", ISSUED, "embedded");

        tellUntilAsked("broker");
        Await.until(vertx, "the failure is told", () -> retries.size() == 1);
        tellUntilTheLastIsAsked();
        assertThat(Collections.frequency(listeners.asked, "broker")).isEqualTo(1);

        clock.advance(Duration.between(clock.instant(), retries.get(0)));
        Await.until(vertx, "its time comes", () -> Collections.frequency(listeners.asked, "broker") == 2);
    }

    private void serves(String listener, Instant issuedAt, String source) {
        LISTENER_RELOADED.publish(
                vertx, new ListenerReloaded(listener, SERIAL, issuedAt, validity(issuedAt), "started", source, null));
    }

    private static Validity validity(Instant issuedAt) {
        return new Validity(issuedAt.minusSeconds(60), issuedAt.plus(Duration.ofHours(1)));
    }

    /** Again and again, as the authority does. */
    private void tellUntilAsked(String listener) {
        Await.until(vertx, listener + " is asked", () -> {
            LISTENERS_TO_RENEW.publish(vertx, new ListenersToRenew(LEFT));
            return listeners.asked.contains(listener);
        });
    }

    /** Then whoever else was to be asked has been. */
    private void tellUntilTheLastIsAsked() {
        serves("last", ISSUED, "embedded");
        tellUntilAsked("last");
    }
}
