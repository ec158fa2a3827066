package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.Lumia;
import io.lumia.fakes.FreePort;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backup of a real step-ca, its directory wiped, and restored: the same CA issues again and knows what it revoked. */
class StepCaBackupIT {
    @TempDir
    Path directory;

    private ExternalProgram step;
    private ExternalProgram stepCa;
    private ExternalProgram.Running running;
    private Path home;
    private Path password;
    private int port;
    private String printed = "";

    @BeforeEach
    void initialize() throws Exception {
        home = directory.resolve("step-ca");
        var environment = Map.of("STEPPATH", home.toString());
        step = ExternalProgram.find("step", environment, directory);
        stepCa = ExternalProgram.find("step-ca", environment, directory);
        password = Files.writeString(directory.resolve("password"), "correct horse battery staple");
        port = FreePort.anywhere();
        var unused = step.run(
                "ca",
                "init",
                "--name",
                "Backup test",
                "--dns",
                "localhost",
                "--address",
                "127.0.0.1:" + port,
                "--provisioner",
                "admin",
                "--deployment-type",
                "standalone",
                "--password-file",
                password.toString(),
                "--provisioner-password-file",
                password.toString());
    }

    @AfterEach
    void end() throws Exception {
        stop();
    }

    @Test
    void a_wiped_step_ca_is_restored_and_issues_again() throws Exception {
        start();
        issue("kept");
        issue("ended");
        revoke("ended");
        assertThat(lumia("backup", "--step-ca", home.toString())).isEqualTo(1);
        assertThat(printed).contains("step-ca runs").contains("--without-database");
        stop();
        assertThat(lumia("backup", "--step-ca", home.toString())).as(printed).isZero();
        assertThat(printed).contains("intermediate signed by root").contains("database: there");

        wipe();
        assertThat(lumia("restore", backup().toString(), "--step-ca", home.toString()))
                .as(printed)
                .isZero();
        assertThat(printed).contains("restored").contains(" ms");

        start();
        issue("new");
        renew("kept");
        assertThat(step.fail(renewal("ended"))).contains("lacked necessary authorization");
    }

    @Test
    void without_its_database_it_is_backed_up_while_it_runs() throws Exception {
        start();
        assertThat(lumia("backup", "--step-ca", home.toString(), "--without-database"))
                .as(printed)
                .isZero();
        assertThat(printed).contains("without the database").contains("database: left out");
        stop();
        wipe();
        assertThat(lumia("restore", backup().toString(), "--step-ca", home.toString()))
                .as(printed)
                .isZero();
        start();
        issue("new");
    }

    private void start() throws Exception {
        running = stepCa.begin(home.resolve("config/ca.json").toString(), "--password-file", password.toString());
        running.awaitPrinted("Serving HTTPS");
    }

    private void stop() throws Exception {
        if (running != null) {
            running.process().destroy();
            assertThat(running.await()).isNotNegative();
            running = null;
        }
    }

    private void issue(String name) throws Exception {
        var unused = step.run(
                "ca",
                "certificate",
                name,
                name + ".crt",
                name + ".key",
                "--provisioner",
                "admin",
                "--provisioner-password-file",
                password.toString(),
                "--ca-url",
                url(),
                "--root",
                root());
    }

    private void renew(String name) throws Exception {
        var unused = step.run(renewal(name));
    }

    private String[] renewal(String name) {
        return new String[] {"ca", "renew", "--force", "--ca-url", url(), "--root", root(), name + ".crt", name + ".key"
        };
    }

    private void revoke(String name) throws Exception {
        var unused = step.run(
                "ca", "revoke", "--cert", name + ".crt", "--key", name + ".key", "--ca-url", url(), "--root", root());
    }

    private String url() {
        return "https://localhost:" + port;
    }

    private String root() {
        return home.resolve("certs/root_ca.crt").toString();
    }

    private Path backup() throws IOException {
        try (var files = Files.list(directory.resolve("backups"))) {
            return files.filter(file -> file.toString().endsWith(".backup"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private void wipe() throws IOException {
        try (var all = Files.walk(home)) {
            for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private int lumia(String... arguments) {
        var out = new StringWriter();
        var line = Lumia.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(out, true));
        var all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of(
                "--set",
                "backup.password-file=" + password,
                "--set",
                "backup.directory=" + directory.resolve("backups")));
        int exit = line.execute(all.toArray(String[]::new));
        printed = out.toString();
        return exit;
    }
}
