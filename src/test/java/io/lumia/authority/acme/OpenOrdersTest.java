package io.lumia.authority.acme;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.AcmeHarness;
import io.lumia.fakes.RawAcme;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten thousand orders that nobody finishes, from as many accounts as that takes. */
class OpenOrdersTest {
    private static final int ACCOUNTS = 34;
    private static final int EACH = 300;

    @TempDir
    Path data;

    private AcmeHarness harness;

    @BeforeEach
    void start() {
        harness = new AcmeHarness(data, false);
    }

    @AfterEach
    void stop() {
        harness.close();
    }

    @Test
    void ten_thousand_that_nobody_finishes_hold_up_nobody_else_and_end_by_themselves() {
        var first = IntStream.range(0, ACCOUNTS).parallel().mapToObj(this::fill).toList();
        assertThat(first).hasSize(ACCOUNTS).doesNotHaveDuplicates();
        assertThat(open()).isEqualTo(ACCOUNTS * EACH);

        var newcomer = client();
        var order = order(newcomer, "newcomer");
        assertThat(order.status()).isEqualTo(201);
        var authorization =
                newcomer.post(order.body().path("authorizations").get(0).asText(), "");
        assertThat(authorization.body().path("status").asText()).isEqualTo("pending");

        harness.clock.advance(Duration.ofHours(1).plusSeconds(1));
        assertThat(newcomer.post(order.header("Location"), "")
                        .body()
                        .path("status")
                        .asText())
                .isEqualTo("invalid");
        assertThat(open()).isZero();
    }

    /** One account up to its limit. @return the address of its first order, which is still there */
    private String fill(int number) {
        var client = client();
        var first = order(client, "fleet-" + number + "-0");
        for (int i = 1; i < EACH; i++) {
            assertThat(order(client, "fleet-" + number + "-" + i).status()).isEqualTo(201);
        }
        var tooMany = order(client, "fleet-" + number + "-more");
        assertThat(List.of(tooMany.status(), tooMany.type())).isEqualTo(List.of(429, "rateLimited"));
        assertThat(Integer.parseInt(tooMany.header("Retry-After"))).isPositive();
        var address = first.header("Location");
        assertThat(client.post(address, "").body().path("status").asText()).isEqualTo("pending");
        return address;
    }

    private RawAcme client() {
        return new RawAcme(harness.base + "/acme/acme", KeyPairs.p256()).register();
    }

    private static RawAcme.Reply order(RawAcme client, String name) {
        return client.post(
                "/new-order", "{\"identifiers\":[{\"type\":\"dns\",\"value\":\"" + name + ".example.test\"}]}");
    }

    private long open() {
        long now = harness.clock.millis();
        return Objects.requireNonNull(harness.store
                .read(handle -> handle.createQuery(
                                "select count(*) from acme_orders where certificate is null and expires_at > :now")
                        .bind("now", now)
                        .mapTo(Long.class)
                        .one())
                .await());
    }
}
