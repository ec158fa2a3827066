package io.lumia.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.authority.AuthorityFixture;
import io.lumia.bus.FleetBus;
import io.lumia.config.IssuerConfig;
import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.lumia.issuance.CertificateWish.Usage;
import io.lumia.issuance.IssuanceFailed.Reason;
import io.lumia.x509.KeyType;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedSourceTest {
    @TempDir
    Path directory;

    @Test
    void issues_for_servers_and_clients_with_the_kind_of_key_that_is_wanted() throws Exception {
        var clock = new MovableClock(Instant.ofEpochSecond(System.currentTimeMillis() / 1000));
        try (var authority = new AuthorityFixture(directory, clock)) {
            var source = source(authority.vertx, clock);
            Await.result(source.health());

            var issued = Await.result(source.obtain(wish(Set.of(Usage.SERVER, Usage.CLIENT))));

            assertThat(issued.leaf().getExtendedKeyUsage()).hasSize(2);
            assertThat(KeyType.of(issued.leaf().getPublicKey())).contains(KeyType.P384);
            assertThat(Await.result(source.obtain(wish(Set.of(Usage.SERVER))))
                            .leaf()
                            .getExtendedKeyUsage())
                    .hasSize(1);
        }
    }

    @Test
    void says_that_the_authority_does_not_answer() {
        var vertx = Vertx.vertx();
        FleetBus.install(vertx);
        try {
            var failure = (IssuanceFailed)
                    Await.failure(source(vertx, Clock.systemUTC()).obtain(wish(Set.of(Usage.SERVER))));
            assertThat(failure.reason()).isEqualTo(Reason.UNREACHABLE);
            assertThat(failure).hasMessageContaining("upstream.url");
        } finally {
            Await.result(vertx.close());
        }
    }

    private CertificateSource source(Vertx vertx, Clock clock) {
        return new CertificateSources(vertx, directory, clock).of("site", IssuerConfig.embedded());
    }

    private static CertificateWish wish(Set<Usage> usages) {
        return new CertificateWish("broker.test", List.of("broker.test", "::1"), KeyType.P384, null, usages);
    }
}
