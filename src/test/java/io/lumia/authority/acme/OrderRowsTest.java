package io.lumia.authority.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.fakes.Await;
import io.lumia.store.Store;
import io.lumia.x509.CertificateBundle;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Vertx;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrderRowsTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final Instant EXPIRES = NOW.plus(Duration.ofHours(1));

    private static final Instant UNTIL = NOW.plus(Finalization.LONGEST);

    @TempDir
    Path data;

    private final Vertx vertx = Vertx.vertx();
    private Store store;

    @BeforeEach
    void open() {
        store = Await.result(Store.open(vertx, data));
        boolean kept = Await.result(store.write(handle -> {
            OrderRows.insert(handle, order(), NOW);
            return true;
        }));
        assertThat(kept).isTrue();
    }

    @AfterEach
    void close() {
        var closed = Await.result(store.close());
        assertThat(closed).isNull();
        var ended = Await.result(vertx.close());
        assertThat(ended).isNull();
    }

    @Test
    void an_order_is_kept_until_it_expires_and_then_as_long_as_its_certificate() {
        assertThat(number("kept_until")).isEqualTo(EXPIRES.toEpochMilli());
        complete(NOW.plus(Duration.ofDays(1)));
        assertThat(number("kept_until")).isEqualTo(NOW.plus(Duration.ofDays(1)).toEpochMilli());
    }

    @Test
    void a_certificate_that_ends_before_its_order_does_not_shorten_it() {
        complete(NOW.plus(Duration.ofMinutes(5)));
        assertThat(number("kept_until")).isEqualTo(EXPIRES.toEpochMilli());
    }

    @Test
    void the_certificate_of_an_order_that_is_not_being_finalized_is_undone_with_it() {
        var write = store.write(handle -> {
            handle.execute("insert into settings (name, value) values ('certificate', 'kept')");
            OrderRows.complete(handle, "o1", UNTIL, bundle(NOW.plus(Duration.ofDays(1))));
            return true;
        });
        assertThatThrownBy(() -> Await.result(write)).hasStackTraceContaining("not being finalized");
        assertThat(Await.result(store.settings().read("certificate"))).isEmpty();
        assertThat(number("serial is null")).isEqualTo(1);
    }

    @Test
    void who_sleeps_past_the_end_of_an_attempt_can_neither_complete_nor_release_the_next_one() {
        var later = UNTIL.plusMillis(1);
        var next = later.plus(Finalization.LONGEST);
        assertThat(began(NOW, UNTIL)).isTrue();
        assertThat(began(UNTIL, UNTIL.plus(Finalization.LONGEST))).isFalse();
        assertThat(began(later, next)).isTrue();
        var asleep = store.write(handle -> {
            handle.execute("insert into settings (name, value) values ('certificate', 'second')");
            OrderRows.release(handle, "o1", UNTIL);
            OrderRows.fail(handle, "o1", UNTIL, Problem.of(Problem.Kind.SERVER_INTERNAL, "asleep"));
            OrderRows.complete(handle, "o1", UNTIL, bundle(NOW.plus(Duration.ofDays(1))));
            return true;
        });
        assertThatThrownBy(() -> Await.result(asleep)).hasStackTraceContaining("by this attempt");
        assertThat(Await.result(store.settings().read("certificate"))).isEmpty();
        assertThat(number("finalizing")).isEqualTo(next.toEpochMilli());
        boolean completed = Await.result(store.write(handle -> {
            OrderRows.complete(handle, "o1", next, bundle(NOW.plus(Duration.ofDays(1))));
            return true;
        }));
        assertThat(completed).isTrue();
        assertThat(began(next.plusMillis(1), next.plusSeconds(9))).isFalse();
    }

    private boolean began(Instant now, Instant until) {
        return Await.result(store.write(handle -> OrderRows.beginFinalizing(handle, "o1", now, until)));
    }

    private void complete(Instant notAfter) {
        boolean done = Await.result(store.write(handle -> {
            boolean began = OrderRows.beginFinalizing(handle, "o1", NOW, UNTIL);
            OrderRows.complete(handle, "o1", UNTIL, bundle(notAfter));
            return began;
        }));
        assertThat(done).isTrue();
    }

    private long number(String expression) {
        return Await.result(store.read(handle -> handle.createQuery("select " + expression + " from acme_orders")
                .mapTo(Long.class)
                .one()));
    }

    private static Order order() {
        return new Order("o1", "a1", List.of("a.example"), EXPIRES, null, null, null, null, null, List.of());
    }

    private static CertificateBundle bundle(Instant notAfter) {
        return new CertificateBundle(
                new SerialNumber(BigInteger.TEN), NOW, new Validity(NOW, notAfter), "leaf", "chain", "root");
    }
}
