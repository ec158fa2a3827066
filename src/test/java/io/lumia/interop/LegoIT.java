package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.AddExternalKey;
import io.lumia.bus.FleetBus.AddExternalKeyOutcome.Added;
import io.lumia.config.AcmeConfig.Faults;
import io.lumia.config.AcmeConfig.Provisioner;
import io.lumia.config.AuthorityConfig;
import io.lumia.config.LeafTemplate;
import io.lumia.config.NameRules;
import io.lumia.fakes.AcmeSettings;
import io.lumia.fakes.FreePort;
import io.lumia.fakes.LoopbackAuthority;
import io.lumia.x509.KeyType;
import io.lumia.x509.Pem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LegoIT {
    private static final String NAME = "lego.example.test";

    @TempDir
    Path data;

    @TempDir
    Path home;

    private interface Talk {
        void with(LoopbackAuthority authority, ExternalProgram lego) throws Exception;
    }

    @Test
    void obtains_and_revokes_a_certificate() throws Exception {
        talk(settings -> {}, (authority, lego) -> {
            lego.run(arguments(authority, http(authority), "run"));
            assertThat(leaf(NAME).getSubjectAlternativeNames().toString()).contains(NAME);
            lego.run(arguments(authority, http(authority), "revoke", "--keep"));
        });
    }

    @Test
    void proves_a_name_by_a_handshake() throws Exception {
        int port = FreePort.anywhere();
        talk(settings -> settings.tlsAlpn01Port = port, (authority, lego) -> {
            lego.run(arguments(
                    authority, List.of("--domains", NAME, "--tls", "--tls.port", "127.0.0.1:" + port), "run"));
            assertThat(leaf(NAME).getSubjectAlternativeNames().toString()).contains(NAME);
        });
    }

    @Test
    void proves_a_wildcard_in_the_dns() throws Exception {
        var zone = Files.createDirectory(home.resolve("zone"));
        var script = Files.writeString(
                home.resolve("put-record.sh"),
                "#!/bin/sh\nif [ \"$1\" = present ]; then echo \"$3\" >> \"" + zone + "/$2\"; else rm -f \"" + zone
                        + "/$2\"; fi\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        talk(
                settings -> {},
                Map.of("EXEC_PATH", script.toString(), "EXEC_SEQUENCE_INTERVAL", "1"),
                (authority, lego) -> {
                    authority.dns.writtenTo(zone);
                    var resolver = "127.0.0.1:" + authority.dns.address().port();
                    var proof = List.of(
                            "--dns",
                            "exec",
                            "--dns.resolvers",
                            resolver,
                            "--dns.propagation-wait",
                            "1s",
                            "--domains",
                            "*." + NAME,
                            "--domains",
                            NAME);
                    lego.run(arguments(authority, proof, "run"));
                    assertThat(leaf("_." + NAME).getSubjectAlternativeNames().toString())
                            .contains("[2, *." + NAME + "]", "[2, " + NAME + "]");
                });
    }

    @Test
    void proves_an_address() throws Exception {
        talk(settings -> {}, (authority, lego) -> {
            var web = List.of("--domains", "127.0.0.1", "--http", "--http.port", "127.0.0.1:" + authority.http01Port);
            lego.run(arguments(authority, web, "run"));
            assertThat(leaf("127.0.0.1").getSubjectAlternativeNames().toString())
                    .contains("[7, 127.0.0.1]");
        });
    }

    @Test
    void renews_a_revoked_certificate_early_because_the_renewal_information_says_so() throws Exception {
        talk(settings -> {}, (authority, lego) -> {
            lego.run(arguments(authority, http(authority), "run"));
            var first = leaf(NAME);
            // Without renewal information it waits for the last day.
            lego.run(arguments(authority, http(authority), "renew", "--days", "1", "--no-random-sleep"));
            assertThat(leaf(NAME)).isEqualTo(first);
            lego.run(arguments(authority, http(authority), "revoke", "--keep"));

            var printed = lego.run(arguments(authority, http(authority), "renew", "--days", "1", "--no-random-sleep"));

            assertThat(printed).contains("renewalInfo endpoint indicates");
            assertThat(leaf(NAME).getSerialNumber()).isNotEqualTo(first.getSerialNumber());
        });
    }

    @Test
    void is_let_in_with_an_external_key() throws Exception {
        talk(settings -> settings.provisioners.put("acme", new Provisioner(null, true)), (authority, lego) -> {
            var made = (Added) FleetBus.ADD_EXTERNAL_KEY
                    .ask(authority.vertx, new AddExternalKey("acme", "lego", "operator"))
                    .await();
            var proof = new ArrayList<>(http(authority));
            proof.addAll(List.of("--eab", "--kid", made.key().id(), "--hmac", made.hmacKey()));
            lego.run(arguments(authority, proof, "run"));
            assertThat(leaf(NAME).getSubjectAlternativeNames().toString()).contains(NAME);
        });
    }

    @Test
    void chooses_a_profile() throws Exception {
        talk(settings -> {}, (authority, lego) -> {
            lego.run(arguments(authority, http(authority), "run", "--profile", "shortlived"));
            var leaf = leaf(NAME);
            assertThat(Duration.between(
                            leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant()))
                    .isBetween(Duration.ofDays(6), Duration.ofDays(6).plusMinutes(5));
        });
    }

    @ParameterizedTest
    @CsvSource({"rsa2048, rsa-2048", "rsa4096, rsa-4096", "ec384, p384"})
    void obtains_certificates_for_other_kinds_of_keys(String key, String type) throws Exception {
        talk(settings -> {}, (authority, lego) -> {
            lego.run(arguments(authority, with(http(authority), "--key-type", key), "run"));
            assertThat(KeyType.of(leaf(NAME).getPublicKey()).map(KeyType::label))
                    .contains(type);
        });
    }

    @Test
    void is_refused_a_key_that_the_provisioner_does_not_take() throws Exception {
        var p384 =
                new Provisioner(null, null, null, null, null, List.of(KeyType.P384), NameRules.ALL, LeafTemplate.USUAL);
        talk(settings -> settings.provisioners.put("acme", p384), (authority, lego) -> {
            assertThat(lego.fail(arguments(authority, with(http(authority), "--key-type", "ec256"), "run")))
                    .contains("badCSR", "the provisioner takes keys of type p384");
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = KeyType.class,
            names = {"P256", "RSA_2048", "ED25519"})
    void obtains_a_certificate_from_a_single_root(KeyType type) throws Exception {
        talk(
                settings -> {
                    settings.hierarchy = AuthorityConfig.Hierarchy.ROOT;
                    settings.keyType = type;
                },
                (authority, lego) -> {
                    lego.run(arguments(authority, http(authority), "run"));
                    var chain = Pem.certificates(Files.readString(home.resolve("lego/certificates/" + NAME + ".crt")));
                    assertThat(chain).hasSize(1);
                    chain.get(0)
                            .verify(Pem.certificates(Files.readString(authority.root))
                                    .get(0)
                                    .getPublicKey());
                    lego.run(arguments(authority, http(authority), "revoke", "--keep"));
                });
    }

    @Test
    void bears_with_nonces_that_are_refused() throws Exception {
        talk(settings -> settings.faults = new Faults(0.3, Duration.ofMillis(300)), (authority, lego) -> {
            lego.run(arguments(authority, http(authority), "run"));
            assertThat(leaf(NAME).getSubjectAlternativeNames().toString()).contains(NAME);
        });
    }

    private void talk(Consumer<AcmeSettings> change, Talk talk) throws Exception {
        talk(change, Map.of(), talk);
    }

    private void talk(Consumer<AcmeSettings> change, Map<String, String> more, Talk talk) throws Exception {
        try (var authority = new LoopbackAuthority(data, change)) {
            authority.dns.with(NAME, "127.0.0.1");
            var environment = new java.util.HashMap<>(more);
            environment.put("LEGO_CA_CERTIFICATES", authority.root.toString());
            talk.with(authority, ExternalProgram.find("lego", environment, home));
        }
    }

    private X509Certificate leaf(String file) throws Exception {
        var chain = Pem.certificates(Files.readString(home.resolve("lego/certificates/" + file + ".crt")));
        assertThat(chain).hasSize(2);
        chain.get(0).verify(chain.get(1).getPublicKey());
        return chain.get(0);
    }

    private static List<String> http(LoopbackAuthority authority) {
        return List.of("--domains", NAME, "--http", "--http.port", "127.0.0.1:" + authority.http01Port);
    }

    private static List<String> with(List<String> proof, String... more) {
        var all = new ArrayList<>(proof);
        all.addAll(List.of(more));
        return all;
    }

    private String[] arguments(LoopbackAuthority authority, List<String> proof, String... command) {
        var all = new ArrayList<>(List.of("--server", authority.directory(), "--accept-tos"));
        all.addAll(List.of("--email", "operator@example.test"));
        all.addAll(List.of("--path", home.resolve("lego").toString()));
        all.addAll(proof);
        all.addAll(List.of(command));
        return all.toArray(String[]::new);
    }
}
