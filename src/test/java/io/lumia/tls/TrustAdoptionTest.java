package io.lumia.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.ConfirmTrust;
import io.lumia.bus.FleetBus.TrustChanged;
import io.lumia.bus.FleetBus.TrustConfirmed;
import io.lumia.bus.FleetBus.TrustHolder;
import io.lumia.fakes.Await;
import io.lumia.fakes.FleetCa;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TrustAdoptionTest {
    private final Vertx vertx = Vertx.vertx();
    private final X509Certificate first = new FleetCa(Clock.systemUTC()).root();
    private final X509Certificate second = new FleetCa(Clock.systemUTC()).root();
    private final List<String> confirmed = new CopyOnWriteArrayList<>();
    private final List<List<X509Certificate>> used = new CopyOnWriteArrayList<>();
    private volatile TrustChanged bundle = bundle(List.of(first));
    private volatile String refused = "";
    private volatile boolean silent;

    @BeforeEach
    void serve() {
        FleetBus.install(vertx);
        Await.result(FleetBus.DESCRIBE_TRUST.serve(vertx, asked -> Future.succeededFuture(bundle)));
        Await.result(FleetBus.CONFIRM_TRUST.serve(vertx, this::confirm));
        var adoption = new TrustAdoption(vertx, TrustHolder.BROKER, "broker@here", this::use);
        Await.on(vertx.getOrCreateContext(), adoption::follow);
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void says_at_its_start_what_it_uses_and_after_each_change() {
        Await.until(vertx, "the first is confirmed", () -> confirmed.contains(bundle.bundleFingerprint()));

        change(List.of(first, second));
        change(List.of(second));

        Await.until(vertx, "the last is confirmed", () -> confirmed.contains(bundle.bundleFingerprint()));
        assertThat(used.get(used.size() - 1)).containsExactly(second);
    }

    @Test
    void does_not_confirm_what_it_could_not_use_and_takes_the_next_one() {
        Await.until(vertx, "the first is confirmed", () -> confirmed.size() == 1);
        var bad = bundle(List.of(first, second));
        refused = bad.bundleFingerprint();

        change(List.of(first, second));
        Await.until(vertx, "it was tried", () -> used.size() == 2);
        change(List.of(second));

        Await.until(vertx, "the next is confirmed", () -> confirmed.contains(bundle.bundleFingerprint()));
        assertThat(confirmed).doesNotContain(bad.bundleFingerprint());
    }

    @Test
    void tells_an_authority_that_was_away_later_and_does_not_prove_the_roots_twice() {
        Await.until(vertx, "the first is confirmed", () -> confirmed.size() == 1);
        silent = true;
        change(List.of(first, second));
        Await.until(vertx, "in use", () -> used.size() == 2);

        silent = false;

        Await.until(vertx, "confirmed", () -> confirmed.contains(bundle.bundleFingerprint()));
        assertThat(used).hasSize(2);
    }

    private void change(List<X509Certificate> roots) {
        bundle = bundle(roots);
        FleetBus.TRUST_CHANGED.publish(vertx, bundle);
    }

    private Future<?> use(List<X509Certificate> roots) {
        used.add(roots);
        return Fingerprint.ofBundle(roots).hex().equals(refused)
                ? Future.failedFuture("the test does not like them")
                : Future.succeededFuture();
    }

    private Future<TrustConfirmed> confirm(ConfirmTrust told) {
        assertThat(told.kind()).isEqualTo(TrustHolder.BROKER);
        if (silent) {
            return Future.failedFuture("away");
        }
        confirmed.add(told.bundleFingerprint());
        return Future.succeededFuture(new TrustConfirmed(true, told.bundleFingerprint()));
    }

    private static TrustChanged bundle(List<X509Certificate> roots) {
        return new TrustChanged(Pem.of(roots), Fingerprint.ofBundle(roots).hex(), Instant.EPOCH);
    }
}
