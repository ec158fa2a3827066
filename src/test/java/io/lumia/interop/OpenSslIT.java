package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.lumia.crypto.EncryptedKeys;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.TestAuthority;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** OpenSSL reads what we write. */
class OpenSslIT {
    @TempDir
    Path directory;

    @BeforeAll
    static void openssl_is_there() {
        var found = List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(path -> Files.isExecutable(Path.of(path, "openssl")));
        assumeThat(found).as("openssl is not installed").isTrue();
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void openssl_verifies_every_profile_strictly(Profile profile) throws Exception {
        var authority = TestAuthority.at(Clock.systemUTC().instant());
        var leaf = authority.issue(
                profile,
                "name",
                List.of("name.example", "10.0.0.1"),
                KeyPairs.p256().getPublic());
        write("root.pem", Pem.of(authority.root()));
        write("intermediate.pem", Pem.of(authority.intermediate().certificate()));
        write("leaf.pem", Pem.of(leaf));

        var purpose = profile == Profile.SERVER ? "sslserver" : "sslclient";
        assertThat(openssl("verify -x509_strict -policy_check -purpose " + purpose
                        + " -CAfile root.pem -untrusted intermediate.pem leaf.pem"))
                .isEqualTo("leaf.pem: OK");
        assertThat(openssl("verify -x509_strict -CAfile root.pem leaf.pem")).contains("error");
    }

    @Test
    void openssl_opens_an_encrypted_key() throws Exception {
        var pair = KeyPairs.p256();
        write("key.pem", EncryptedKeys.encrypt(pair.getPrivate(), "secret"));
        write("public.pem", Pem.text("PUBLIC KEY", pair.getPublic().getEncoded()));
        assertThat(openssl("pkey -in key.pem -passin pass:secret -pubout"))
                .isEqualTo(Files.readString(directory.resolve("public.pem")).strip());
        assertThat(openssl("pkey -in key.pem -passin pass:wrong -pubout")).doesNotContain("PUBLIC KEY");
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    private String openssl(String arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments.split(" ")));
        var process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said.strip();
    }
}
