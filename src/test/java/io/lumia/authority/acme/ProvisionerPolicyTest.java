package io.lumia.authority.acme;

import static io.lumia.authority.acme.AcmeConversation.identifier;
import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.config.AcmeConfig.CertificateProfile;
import io.lumia.config.AcmeConfig.Provisioner;
import io.lumia.config.LeafTemplate;
import io.lumia.config.NameRules;
import io.lumia.crypto.KeyPairs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a provisioner's own rules mean for orders. */
class ProvisionerPolicyTest {
    @TempDir
    Path data;

    private AcmeConversation acme;

    @BeforeEach
    void start() {
        acme = new AcmeConversation(data, settings -> {
            settings.profiles.put("long", new CertificateProfile("Long", Duration.ofDays(20)));
            settings.provisioners.put(
                    "acme",
                    new Provisioner(
                            null,
                            null,
                            null,
                            Duration.ofHours(12),
                            List.of("http-01"),
                            null,
                            new NameRules(List.of("example.test"), List.of("secret.example.test"), null, null),
                            LeafTemplate.USUAL));
        });
    }

    @AfterEach
    void stop() {
        acme.close();
    }

    @Test
    void offers_only_the_challenges_of_the_provisioner() {
        assertThat(acme.challengeTypes(acme.order("a.example.test"))).containsExactly("http-01");
    }

    @Test
    void refuses_each_name_that_it_does_not_certify_or_cannot_prove() {
        var refused = acme.orderWith(
                "",
                identifier("dns", "a.example.test"),
                identifier("dns", "a.other.test"),
                identifier("dns", "secret.example.test"),
                identifier("dns", "*.a.example.test"),
                identifier("ip", "127.0.0.1"));
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.type()).isEqualTo("rejectedIdentifier");
        var about = refused.body().path("subproblems").findValuesAsText("value");
        assertThat(about).containsExactly("a.other.test", "secret.example.test", "*.a.example.test", "127.0.0.1");
    }

    @Test
    void its_longest_lifetime_goes_before_that_of_a_profile() {
        acme.harness.dns.with("a.example.test", "127.0.0.1");
        for (String profile : List.of("", ",\"profile\":\"long\"")) {
            var order = acme.orderWith(profile, identifier("dns", "a.example.test"));
            assertThat(acme.prove(order)).isEqualTo("valid");
            assertThat(acme.finish(order, KeyPairs.p256(), "a.example.test").status())
                    .isEqualTo(200);
        }
        assertThat(acme.harness.issuer.asked)
                .hasSize(2)
                .allMatch(asked -> Duration.ofHours(12).equals(asked.lifetime()));
    }
}
