package io.lumia.authority;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.access.AddressRange;
import io.lumia.bus.FleetBus.Claim;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.Provisioned;
import io.lumia.bus.FleetBus.Refusal;
import io.lumia.config.AcmeConfig.Provisioner;
import io.lumia.config.AuthorityConfig;
import io.lumia.config.LeafTemplate;
import io.lumia.config.NameRules;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.AcmeSettings;
import io.lumia.fakes.MovableClock;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.DeviceName;
import io.lumia.x509.KeyType;
import io.lumia.x509.LeafForm.KeyUse;
import io.lumia.x509.LeafForm.Purpose;
import io.lumia.x509.Profile;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProvisionerRulesTest {
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

    @TempDir
    Path data;

    private AuthorityFixture fixture;

    @BeforeEach
    void start() {
        var settings = new AcmeSettings();
        settings.nameConstraints = new AuthorityConfig.ConstrainedNames(
                List.of(), List.of("never.test"), List.of(), List.of(AddressRange.parse("192.0.2.0/24")));
        settings.provisioners.put("mqtt-acme", shaped(null, List.of(Purpose.SERVER_AUTH, Purpose.CLIENT_AUTH), null));
        settings.provisioners.put(
                "shaped",
                new Provisioner(
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        NameRules.ALL,
                        new LeafTemplate(
                                List.of(KeyUse.values()),
                                null,
                                false,
                                "DE",
                                null,
                                null,
                                "O'Neil, Ltd",
                                "Works",
                                List.of("shared.test", "10.0.0.9"))));
        settings.provisioners.put("bare", shaped(null, null, false));
        settings.provisioners.put(
                "strict",
                new Provisioner(
                        null,
                        null,
                        null,
                        Duration.ofHours(2),
                        null,
                        List.of(KeyType.P384, KeyType.RSA_3072),
                        new NameRules(List.of("strict.test"), List.of("no.strict.test"), null, null),
                        LeafTemplate.USUAL));
        fixture = new AuthorityFixture(data, AuthorityFixture.config(settings), new MovableClock(Instant.now()));
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void mqtt_acme_certifies_servers_that_are_clients() throws Exception {
        var leaf = issued("mqtt-acme", KeyPairs.p256(), "site.test");
        assertThat(leaf.getExtendedKeyUsage()).containsExactlyInAnyOrder(SERVER_AUTH, CLIENT_AUTH);
        assertThat(leaf.getSubjectX500Principal().getName()).isEqualTo("CN=site.test");
        assertThat(issued("acme", KeyPairs.p256(), "site.test").getExtendedKeyUsage())
                .containsExactly(SERVER_AUTH);
    }

    @Test
    void a_template_gives_no_rights_of_a_device() throws Exception {
        assertThat(refused("mqtt-acme", KeyPairs.p256(), "dev-0001.devices.lumia.internal"))
                .isEqualTo(Refusal.NAME_NOT_ALLOWED);
        // Where the common name alone counts, this would be the device.
        assertThat(refused("mqtt-acme", KeyPairs.p256(), "dev-0001")).isEqualTo(Refusal.NAME_NOT_ALLOWED);

        var pair = KeyPairs.p256();
        fixture.issued(AuthorityFixture.request(Profile.BOOTSTRAP, KeyPairs.p256(), "dev-0001", null));
        var device = AuthorityFixture.leaf(fixture.issued(new IssueCertificate(
                Profile.DEVICE,
                CertificateRequest.create(pair, "dev-0001", List.of()),
                List.of(),
                null,
                new Claim(new DeviceName("dev-0001"), "127.20.0.3"),
                "test",
                "acme",
                Provisioned.by("shaped"))));
        assertThat(device.getExtendedKeyUsage()).containsExactly(CLIENT_AUTH);
        assertThat(device.getSubjectX500Principal().getName()).isEqualTo("CN=dev-0001");
        assertThat(device.getSubjectAlternativeNames()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "P256, 'true,true,false,false,true'",
        "P384, 'true,true,false,false,true'",
        "RSA_2048, 'true,true,true,true,false'",
        "ED25519, 'true,true,false,false,false'"
    })
    void a_template_shapes_subject_and_usages_as_far_as_the_key_allows(KeyType type, String usages) throws Exception {
        var leaf = issued("shaped", KeyPairs.of(type), "a.test");
        var expected = List.of(usages.split(","));
        for (int i = 0; i < expected.size(); i++) {
            assertThat(leaf.getKeyUsage()[i]).as("bit %s", i).isEqualTo(Boolean.parseBoolean(expected.get(i)));
        }
        assertThat(leaf.getKeyUsage()[5]).isFalse();
        assertThat(leaf.getSubjectX500Principal().toString()).isEqualTo("OU=Works, O=\"O'Neil, Ltd\", C=DE");
        assertThat(leaf.getSubjectAlternativeNames().stream().map(name -> (Object) name.get(1)))
                .containsExactly("a.test", "shared.test", "10.0.0.9");
    }

    @Test
    void without_a_subject_the_names_are_critical() {
        var leaf = issued("bare", KeyPairs.p256(), "a.test");
        assertThat(leaf.getSubjectX500Principal().getName()).isEmpty();
        assertThat(leaf.getCriticalExtensionOIDs()).contains("2.5.29.17");
    }

    @Test
    void only_the_allowed_names_keys_and_lifetimes_are_certified() {
        var key = KeyPairs.of(KeyType.P384);
        var leaf = issued("strict", key, "a.strict.test");
        assertThat(Duration.between(
                        leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant()))
                .isEqualTo(Duration.ofMinutes(61));
        assertThat(refused("strict", key, "other.test")).isEqualTo(Refusal.NAME_NOT_ALLOWED);
        assertThat(refused("strict", key, "no.strict.test")).isEqualTo(Refusal.NAME_NOT_ALLOWED);
        assertThat(refused("strict", key, "10.0.0.1")).isEqualTo(Refusal.NAME_NOT_ALLOWED);
        assertThat(refused("strict", KeyPairs.p256(), "a.strict.test")).isEqualTo(Refusal.UNFIT_REQUEST);
        assertThat(fixture.refused(request("strict", key, Duration.ofHours(3), "a.strict.test"))
                        .refusal())
                .isEqualTo(Refusal.LIFETIME_NOT_ALLOWED);
    }

    @Test
    void what_the_name_constraints_exclude_is_not_certified_for_anybody() {
        for (String provisioner : new String[] {"acme", "jwk", null}) {
            assertThat(refused(provisioner, KeyPairs.p256(), "a.never.test")).isEqualTo(Refusal.NAME_NOT_ALLOWED);
            assertThat(refused(provisioner, KeyPairs.p256(), "192.0.2.7")).isEqualTo(Refusal.NAME_NOT_ALLOWED);
        }
    }

    private X509Certificate issued(@Nullable String provisioner, KeyPair pair, String name) {
        return AuthorityFixture.leaf(fixture.issued(request(provisioner, pair, Duration.ofHours(1), name)));
    }

    private Refusal refused(@Nullable String provisioner, KeyPair pair, String name) {
        return fixture.refused(request(provisioner, pair, Duration.ofHours(1), name))
                .refusal();
    }

    private static IssueCertificate request(
            @Nullable String provisioner, KeyPair pair, Duration lifetime, String name) {
        return new IssueCertificate(
                Profile.SERVER,
                CertificateRequest.create(pair, name, List.of(name)),
                List.of(name),
                lifetime,
                null,
                "test",
                "acme",
                provisioner == null ? null : Provisioned.by(provisioner));
    }

    private static Provisioner shaped(
            @Nullable List<KeyUse> uses, @Nullable List<Purpose> purposes, @Nullable Boolean commonName) {
        return new Provisioner(
                null,
                null,
                null,
                null,
                null,
                null,
                NameRules.ALL,
                new LeafTemplate(uses, purposes, commonName, null, null, null, null, null, null));
    }
}
