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
            OrderRows.complete(handle, "o1", bundle(NOW.plus(Duration.ofDays(1))));
            return true;
        });
        assertThatThrownBy(() -> Await.result(write)).hasStackTraceContaining("not being finalized");
        assertThat(Await.result(store.settings().read("certificate"))).isEmpty();
        assertThat(number("serial is null")).isEqualTo(1);
    }

    private void complete(Instant notAfter) {
        boolean done = Await.result(store.write(handle -> {
            boolean began = OrderRows.beginFinalizing(handle, "o1");
            OrderRows.complete(handle, "o1", bundle(notAfter));
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
        return new Order("o1", "a1", List.of("a.example"), EXPIRES, false, null, null, null, null, List.of());
    }

    private static CertificateBundle bundle(Instant notAfter) {
        return new CertificateBundle(
                new SerialNumber(BigInteger.TEN), NOW, new Validity(NOW, notAfter), "leaf", "chain", "root");
    }
}
