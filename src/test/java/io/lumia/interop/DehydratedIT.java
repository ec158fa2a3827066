package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.lumia.fakes.LoopbackAuthority;
import io.lumia.x509.Pem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that is a shell script: curl, openssl, and a web server of its user for the answers. */
class DehydratedIT {
    private static final String NAME = "dehydrated.example.test";

    @TempDir
    Path data;

    @TempDir
    Path home;

    @Test
    void obtains_renews_and_revokes_a_certificate_for_p384_and_leaves() throws Exception {
        try (var authority = new LoopbackAuthority(data)) {
            authority.dns.with(NAME, "127.0.0.1");
            var dehydrated = ExternalProgram.find("dehydrated", Map.of(), home);
            var answers = Files.createDirectory(home.resolve("answers"));
            var web = serve(answers, authority.http01Port);
            try {
                var settings = settings(authority, answers);
                run(dehydrated, settings, "--register", "--accept-terms");
                run(dehydrated, settings, "--cron", "--domain", NAME);
                var first = leaf();
                assertThat(first.getPublicKey())
                        .isInstanceOfSatisfying(
                                ECPublicKey.class,
                                key -> assertThat(key.getParams().getOrder().bitLength())
                                        .isEqualTo(384));

                run(dehydrated, settings, "--cron", "--domain", NAME, "--force");
                assertThat(leaf().getSerialNumber()).isNotEqualTo(first.getSerialNumber());

                run(
                        dehydrated,
                        settings,
                        "--revoke",
                        certificates().resolve("cert.pem").toString());
                assertThat(run(dehydrated, settings, "--account")).contains("Done!");
                assertThat(run(dehydrated, settings, "--deactivate")).contains("Done.");
            } finally {
                web.stop(0);
            }
        }
    }

    private Path settings(LoopbackAuthority authority, Path answers) throws IOException {
        return Files.writeString(home.resolve("config"), """
                CA=%s
                CURL_OPTS="--cacert %s"
                CHALLENGETYPE=http-01
                KEY_ALGO=secp384r1
                WELLKNOWN=%s
                BASEDIR=%s
                """.formatted(
                        authority.directory(), authority.root, answers, home.resolve("base")));
    }

    private String run(ExternalProgram dehydrated, Path settings, String... command) throws Exception {
        Files.createDirectories(home.resolve("base"));
        var all = new String[command.length + 2];
        all[0] = "--config";
        all[1] = settings.toString();
        System.arraycopy(command, 0, all, 2, command.length);
        return dehydrated.run(all);
    }

    private Path certificates() {
        return home.resolve("base/certs/" + NAME);
    }

    private X509Certificate leaf() throws Exception {
        var chain = Pem.certificates(Files.readString(certificates().resolve("fullchain.pem")));
        assertThat(chain).hasSize(2);
        chain.get(0).verify(chain.get(1).getPublicKey());
        assertThat(chain.get(0).getSubjectAlternativeNames().toString()).contains(NAME);
        return chain.get(0);
    }

    private static HttpServer serve(Path answers, int port) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/.well-known/acme-challenge/", exchange -> {
            var asked = answers.resolve(
                    Path.of(exchange.getRequestURI().getPath()).getFileName().toString());
            try (exchange) {
                if (Files.exists(asked)) {
                    var answer = Files.readAllBytes(asked);
                    exchange.sendResponseHeaders(200, answer.length);
                    exchange.getResponseBody().write(answer);
                } else {
                    exchange.sendResponseHeaders(404, -1);
                }
            }
        });
        server.start();
        return server;
    }
}
