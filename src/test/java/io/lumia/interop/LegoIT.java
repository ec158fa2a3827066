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

class LegoIT {
    private static final String NAME = "lego.example.test";

    @TempDir
    Path data;

    @TempDir
    Path home;

    @Test
    void obtains_and_revokes_a_certificate() throws Exception {
        try (var authority = new LoopbackAuthority(data)) {
            authority.dns.with(NAME, "127.0.0.1");
            var lego = ExternalProgram.find("lego", Map.of("LEGO_CA_CERTIFICATES", authority.root.toString()), home);

            System.out.println(lego.run(arguments(authority, "run")));

            var file = home.resolve("lego/certificates/" + NAME + ".crt");
            var chain = Pem.certificates(Files.readString(file));
            assertThat(chain).hasSize(2);
            assertThat(chain.get(0).getSubjectAlternativeNames().toString()).contains(NAME);
            chain.get(0).verify(chain.get(1).getPublicKey());

            System.out.println(lego.run(arguments(authority, "revoke", "--keep")));
        }
    }

    private String[] arguments(LoopbackAuthority authority, String... command) {
        var all = new ArrayList<>(List.of("--server", authority.directory(), "--accept-tos"));
        all.addAll(List.of("--email", "operator@example.test", "--domains", NAME));
        all.addAll(List.of("--http", "--http.port", "127.0.0.1:" + authority.http01Port));
        all.addAll(List.of("--path", home.resolve("lego").toString()));
        all.addAll(List.of(command));
        return all.toArray(String[]::new);
    }
}
