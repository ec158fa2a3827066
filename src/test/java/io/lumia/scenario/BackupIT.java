package io.lumia.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.crypto.CryptoProviders;
import io.lumia.crypto.KeyPairs;
import io.lumia.x509.CertificateRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup made while everything runs, and what is revoked afterwards stays revoked when it is restored. */
class BackupIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int DEVICES = 3;
    private static final int IDENTITIES = DEVICES + 1;

    @TempDir
    Path directory;

    private LumiaProcess.Setup setup;
    private Path data;
    private Path password;

    @Test
    void a_fleet_comes_back_and_nothing_is_un_revoked() throws Exception {
        CryptoProviders.install();
        data = directory.resolve("data");
        password = Files.writeString(directory.resolve("password"), "correct horse battery staple\n");
        setup = LumiaProcess.fleet(31, data).with("swarm.devices", DEVICES);
        Path backup;
        String before;
        String after;
        String good;
        try (var run = setup.start().awaitReady()) {
            run.awaitConnections(IDENTITIES);
            before = issue(run, "before");
            after = issue(run, "after");
            good = issue(run, "good");
            revoke(run, before);
            backup = backUp();
            revoke(run, after);
            assertThat(run.stop()).isEqualTo(LumiaProcess.STOPPED_BY_SIGTERM);
        }
        var journal = Files.copy(data.resolve("ca/revocations.log"), directory.resolve("journal-kept-elsewhere"));

        refusedWithoutForce(backup);
        var restored = answer(LumiaProcess.restore(backup, data).argument("--force"));
        assertThat(restored.path("aside").asText()).contains("replaced-");
        assertThat(restored.path("verified").toString()).contains("2, 1 of them from newer journals");
        var fingerprint = comesBack(setup, List.of(before, after), good);

        // on another machine there is only the backup, and the journal if somebody kept it
        var other = directory.resolve("other");
        var elsewhere = answer(LumiaProcess.restore(backup, other).argument("--journal", journal.toString()));
        assertThat(elsewhere.path("millis").asLong()).isLessThan(60_000);
        var moved = LumiaProcess.fleet(31, other).with("swarm.devices", DEVICES);
        assertThat(comesBack(moved, List.of(before, after), good)).isEqualTo(fingerprint);
    }

    private Path backUp() throws Exception {
        var made = answer(LumiaProcess.backup(data));
        assertThat(made.path("verified").toString())
                .contains("keys open with the password and match")
                .contains("certificates")
                .contains("rows of sessions");
        var file = Path.of(made.path("file").asText());
        assertThat(file).isRegularFile();
        assertThat(new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain("PRIVATE KEY");
        return file;
    }

    private void refusedWithoutForce(Path backup) throws Exception {
        try (var restore = withPassword(LumiaProcess.restore(backup, data)).start()) {
            assertThat(restore.exitCode()).isEqualTo(1);
            assertThat(restore.printed()).contains("is not empty").contains("--force");
        }
    }

    /** @return fingerprint of its root */
    private static String comesBack(LumiaProcess.Setup setup, List<String> revoked, String good) throws Exception {
        try (var run = setup.start().awaitReady()) {
            for (String serial : revoked) {
                assertThat(status(run, serial)).isEqualTo("revoked");
            }
            assertThat(status(run, good)).isEqualTo("active");
            run.awaitConnections(IDENTITIES);
            assertThat(run.errLines()).noneMatch(line -> line.contains("enrolled"));
            var fingerprint = run.rootFingerprint();
            assertThat(run.stop()).isEqualTo(LumiaProcess.STOPPED_BY_SIGTERM);
            return fingerprint;
        }
    }

    private JsonNode answer(LumiaProcess.Setup command) throws Exception {
        try (var process = withPassword(command).argument("--json").start()) {
            assertThat(process.exitCode()).as(process.printed()).isZero();
            return JSON.readTree(String.join("\n", new ArrayList<>(process.outLines())));
        }
    }

    private LumiaProcess.Setup withPassword(LumiaProcess.Setup command) {
        return command.with("backup.password-file", password);
    }

    private static String issue(LumiaProcess run, String name) throws Exception {
        var csr = CertificateRequest.create(KeyPairs.p256(), name + ".example.org", List.of(name + ".example.org"));
        var body = JSON.createObjectNode().put("csr", csr).put("profile", "server");
        return run.apiPost("/certificates", body.toString()).path("serial").asText();
    }

    private static void revoke(LumiaProcess run, String serial) throws Exception {
        var unused = run.apiPost("/certificates/" + serial + "/revoke", "{\"reason\":\"keyCompromise\"}");
        assertThat(status(run, serial)).isEqualTo("revoked");
    }

    private static String status(LumiaProcess run, String serial) throws IOException, Exception {
        return JSON.readTree(run.api("/certificates/" + serial).body())
                .path("status")
                .asText();
    }
}
