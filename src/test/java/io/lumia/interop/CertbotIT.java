package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.fakes.LoopbackAuthority;
import io.lumia.x509.Pem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertbotIT {
    private static final String NAME = "certbot.example.test";

    @TempDir
    Path data;

    @TempDir
    Path home;

    @Test
    void obtains_renews_and_revokes_a_certificate_and_leaves() throws Exception {
        try (var authority = new LoopbackAuthority(data)) {
            authority.dns.with(NAME, "127.0.0.1");
            var certbot =
                    ExternalProgram.find("certbot", Map.of("REQUESTS_CA_BUNDLE", authority.root.toString()), home);

            var obtained = certbot.run(arguments(authority, "certonly", "--standalone", "-d", NAME));
            System.out.println(obtained);

            var live = home.resolve("config/live/" + NAME);
            var chain = Pem.certificates(Files.readString(live.resolve("fullchain.pem")));
            assertThat(chain).hasSize(2);
            assertThat(chain.get(0).getSubjectAlternativeNames().toString()).contains(NAME);
            chain.get(0).verify(chain.get(1).getPublicKey());

            System.out.println(
                    certbot.run(arguments(authority, "renew", "--force-renewal", "--no-random-sleep-on-renew")));
            var renewed = Pem.certificates(Files.readString(live.resolve("fullchain.pem")));
            assertThat(renewed.get(0).getSerialNumber())
                    .isNotEqualTo(chain.get(0).getSerialNumber());

            System.out.println(certbot.run(arguments(
                    authority,
                    "revoke",
                    "--no-delete-after-revoke",
                    "--cert-path",
                    live.resolve("cert.pem").toString())));

            var account = accountOf(certbot, authority);
            assertThat(certbot.run(arguments(authority, "unregister"))).contains("Account deactivated");
            assertThat(certbot.run(arguments(authority, "certonly", "--standalone", "--force-renewal", "-d", NAME)))
                    .contains("Successfully received certificate");
            assertThat(accountOf(certbot, authority)).isNotEqualTo(account);
        }
    }

    private String accountOf(ExternalProgram certbot, LoopbackAuthority authority) throws Exception {
        return certbot.run(arguments(authority, "show_account"))
                .lines()
                .filter(line -> line.contains("Account URL"))
                .findFirst()
                .orElseThrow();
    }

    private String[] arguments(LoopbackAuthority authority, String command, String... more) {
        var all = new ArrayList<>(List.of(command, "--non-interactive", "--server", authority.directory()));
        all.addAll(List.of("--config-dir", home.resolve("config").toString()));
        all.addAll(List.of("--work-dir", home.resolve("work").toString()));
        all.addAll(List.of("--logs-dir", home.resolve("logs").toString()));
        if (command.equals("certonly")) {
            all.addAll(List.of("--agree-tos", "--email", "operator@example.test", "--no-eff-email"));
            all.addAll(List.of("--http-01-address", "127.0.0.1"));
            all.addAll(List.of("--http-01-port", String.valueOf(authority.http01Port)));
        }
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }
}
