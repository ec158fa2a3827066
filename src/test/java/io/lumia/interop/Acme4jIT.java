package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.AcmeHarness;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Session;

class Acme4jIT {
    @TempDir
    Path data;

    @Test
    void changes_the_key_of_its_account_and_lists_its_orders() throws Exception {
        try (var harness = new AcmeHarness(data, false)) {
            var session = new Session(harness.directory());
            var account = new AccountBuilder()
                    .agreeToTermsOfService()
                    .useKeyPair(KeyPairs.p256())
                    .create(session);
            var next = KeyPairs.p256();

            account.changeKey(next);

            var order = account.newOrder().domains("www.example.test").create();
            assertThat(order.getAuthorizations()).hasSize(1);
            assertThat(account.getOrders().next().getLocation()).isEqualTo(order.getLocation());
            assertThat(new AccountBuilder()
                            .onlyExisting()
                            .useKeyPair(next)
                            .create(session)
                            .getLocation())
                    .isEqualTo(account.getLocation());
        }
    }
}
