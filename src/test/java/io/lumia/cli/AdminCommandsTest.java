package io.lumia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.ChangeWhitelist;
import io.lumia.bus.FleetBus.FleetRotationStatus;
import io.lumia.bus.FleetBus.ProvisioningState;
import io.lumia.bus.FleetBus.Refusal;
import io.lumia.bus.FleetBus.RenewDeviceOutcome;
import io.lumia.bus.FleetBus.RotationChange;
import io.lumia.bus.FleetBus.RotationOutcome;
import io.lumia.bus.FleetBus.StartRotation;
import io.lumia.bus.FleetBus.SwitchProvisioning;
import io.lumia.bus.FleetBus.WhitelistOutcome;
import io.lumia.config.TlsConfig;
import io.lumia.config.TlsConfig.TlsVersion;
import io.lumia.config.TlsSection;
import io.lumia.config.WebConfig;
import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.lumia.fakes.ScriptedAuthority;
import io.lumia.web.WebVerticle;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Keys;
import io.lumia.x509.Pem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class AdminCommandsTest {
    private static final ProvisioningState ON =
            new ProvisioningState(true, ScriptedAuthority.NOW, List.of("127.0.0.2"), "admin");

    private final Vertx vertx = Vertx.vertx();
    private final ScriptedAuthority authority = new ScriptedAuthority();
    private final List<SwitchProvisioning> switched = new CopyOnWriteArrayList<>();
    private final List<ChangeWhitelist> changed = new CopyOnWriteArrayList<>();
    private String url = "";

    @TempDir
    Path directory;

    @Command(
            name = "lumia",
            subcommands = {
                ListCommand.class,
                RevokeCommand.class,
                IssueCommand.class,
                DevicesCommand.class,
                RotateFleetCommand.class,
                ProvisioningCommand.class
            })
    static final class Root {}

    private record Ran(int code, String out, String err) {}

    @BeforeEach
    void deploy() {
        FleetBus.install(vertx);
        Await.result(authority.serve(vertx));
        Await.result(FleetBus.DESCRIBE_PROVISIONING.serve(vertx, asked -> Future.succeededFuture(ON)));
        Await.result(FleetBus.SWITCH_PROVISIONING.serve(vertx, asked -> {
            switched.add(asked);
            return Future.succeededFuture(ON);
        }));
        Await.result(FleetBus.CHANGE_WHITELIST.serve(vertx, asked -> {
            changed.add(asked);
            return Future.succeededFuture(new WhitelistOutcome.Changed(ON));
        }));
        var web = new WebVerticle(
                new WebConfig("127.0.0.1", 0, List.of("localhost"), null, TlsSection.of(null)),
                new TlsConfig(TlsVersion.TLS_1_2, List.of(), false),
                data(),
                new MovableClock(ScriptedAuthority.NOW));
        Await.result(vertx.deployVerticle(web));
        url = "http://127.0.0.1:" + web.port();
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void lists_certificates_in_columns() {
        var ran = run("list", "--query", "bro ker&x", "--status", "active", "--size", "5");
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(authority.listed.get(0).query()).isEqualTo("bro ker&x");
        var lines = ran.out().lines().toList();
        assertThat(lines.get(0)).startsWith("SERIAL  IDENTITY  PROFILE  STATUS");
        assertThat(lines.get(1).indexOf("broker")).isEqualTo(lines.get(0).indexOf("IDENTITY"));
        assertThat(lines.get(2)).isEqualTo("1 certificate");
    }

    @Test
    void prints_json_when_asked() throws Exception {
        var ran = run("list", "--json");
        assertThat(new ObjectMapper().readTree(ran.out()).path("total").asInt()).isEqualTo(1);
    }

    @Test
    void revokes_or_says_that_the_serial_is_unknown() {
        assertThat(run("revoke", "abcdef", "--reason", "superseded").out()).startsWith("revoked abcdef of broker");
        var unknown = run("revoke", "12");
        assertThat(unknown.code()).isEqualTo(1);
        assertThat(unknown.err().strip()).isEqualTo("no certificate has the serial 12");
    }

    @Test
    void lists_and_releases_devices() {
        assertThat(run("devices", "list").out()).contains("dev-0001  127.0.0.2").contains("1 device");
        assertThat(run("devices", "release", "dev-0001").out().strip()).isEqualTo("released dev-0001");
        assertThat(run("devices", "release", "dev-0009").code()).isEqualTo(1);
    }

    @Test
    void orders_a_device_to_renew() {
        Await.result(FleetBus.RENEW_DEVICE.serve(
                vertx,
                asked -> Future.succeededFuture(
                        switch (asked.device().value()) {
                            case "dev-0001" -> new RenewDeviceOutcome.Told(false);
                            case "dev-0002" -> new RenewDeviceOutcome.Told(true);
                            case "dev-0003" -> new RenewDeviceOutcome.NotConnected("it is away");
                            default -> new RenewDeviceOutcome.Unknown(asked.device());
                        })));
        assertThat(run("devices", "renew", "dev-0001").out().strip()).isEqualTo("dev-0001 begins to renew");
        assertThat(run("devices", "renew", "dev-0002").out().strip()).isEqualTo("dev-0002 is renewing already");
        assertThat(run("devices", "renew", "dev-0003").err().strip()).isEqualTo("it is away");
        assertThat(run("devices", "renew", "dev-0009").err()).contains("no key has claimed the name 'dev-0009'");
        assertThat(run("devices", "renew", "Not_A_Name").code()).isEqualTo(2);
    }

    @Test
    void starts_a_fleet_rotation_at_a_rate_and_pauses_resumes_and_aborts_it() {
        var running = new FleetRotationStatus(
                "running", 0.5, 0.1, 7, 1, 2, 3, 4, ScriptedAuthority.NOW, ScriptedAuthority.NOW.plusSeconds(60), "me");
        var started = new CopyOnWriteArrayList<StartRotation>();
        var wanted = new CopyOnWriteArrayList<RotationChange>();
        Await.result(FleetBus.DESCRIBE_ROTATION.serve(vertx, asked -> Future.succeededFuture(running)));
        Await.result(FleetBus.START_ROTATION.serve(vertx, asked -> {
            started.add(asked);
            return Future.succeededFuture(new RotationOutcome.Changed(running));
        }));
        Await.result(FleetBus.CHANGE_ROTATION.serve(vertx, asked -> {
            wanted.add(asked.change());
            return Future.succeededFuture(
                    asked.change() == RotationChange.ABORT
                            ? new RotationOutcome.Refused("it is over")
                            : new RotationOutcome.Changed(running));
        }));

        var ran = run("rotate-fleet", "start", "--rate", "30/m", "--max-failed", "10%");
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(started.get(0).perSecond()).isEqualTo(0.5);
        assertThat(started.get(0).mostFailed()).isEqualTo(0.1);
        assertThat(ran.out())
                .contains("fleet rotation is running, at 0.5 devices a second, by me")
                .contains("  absent   4")
                .contains("  ends     2030-01-01T00:01:00Z");
        assertThat(run("rotate-fleet", "--rate", "5/s").code()).isZero();
        assertThat(run("rotate-fleet").out()).contains("  left     7");
        assertThat(run("rotate-fleet", "pause").code()).isZero();
        assertThat(run("rotate-fleet", "resume").code()).isZero();
        assertThat(wanted).containsExactly(RotationChange.PAUSE, RotationChange.RESUME);
        var refused = run("rotate-fleet", "abort");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err().strip()).isEqualTo("it is over");
    }

    @Test
    void turns_provisioning_on_for_a_while_and_lets_addresses_in() {
        var ran = run("provisioning", "on", "--for", "10m", "--allow", "127.0.0.2", "--allow", "10.0.0.0/8");
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(switched).containsExactly(new SwitchProvisioning(true, Duration.ofMinutes(10), "admin"));
        assertThat(changed)
                .containsExactly(new ChangeWhitelist(List.of("127.0.0.2", "10.0.0.0/8"), List.of(), "admin"));
        assertThat(ran.out())
                .contains("provisioning is on until 2030-01-01T00:00:00Z")
                .contains("  127.0.0.2");
        assertThat(run("provisioning", "deny", "127.0.0.2").code()).isZero();
        assertThat(changed.get(1)).isEqualTo(new ChangeWhitelist(List.of(), List.of("127.0.0.2"), "admin"));
        assertThat(run("provisioning", "off").code()).isZero();
        assertThat(run("provisioning", "status").code()).isZero();
    }

    @Test
    void issues_for_a_key_that_is_made_here() throws Exception {
        var out = directory.resolve("out");
        var ran = run("issue", "broker.example", "--validity", "48h", "--out", out.toString());
        assertThat(ran.code()).as(ran.err()).isZero();
        var key = Files.readString(out.resolve("broker.example.key"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out.resolve("broker.example.key"))))
                .isEqualTo("rw-------");
        var request = CertificateRequest.parse(authority.asked.get(0).csr());
        assertThat(request.dnsNames()).containsExactly("broker.example");
        assertThat(Keys.match(Pem.privateKey(key), request.publicKey())).isTrue();
        assertThat(authority.asked.get(0).toString()).doesNotContain("PRIVATE");
        assertThat(Fingerprint.of(Pem.certificates(Files.readString(out.resolve("ca.crt")))
                        .get(0)))
                .isEqualTo(Fingerprint.of(Pem.certificates(authority.pem).get(0)));
        assertThat(Pem.certificates(Files.readString(out.resolve("broker.example.crt"))))
                .hasSize(2);
    }

    @Test
    void never_overwrites_unless_forced_and_asks_for_nothing_then() throws Exception {
        var out = Files.createDirectories(directory.resolve("out"));
        Files.writeString(out.resolve("n.key"), "precious");
        var ran = run("issue", "n", "--out", out.toString());
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("n.key").contains("--force");
        assertThat(authority.asked).isEmpty();
        assertThat(Files.readString(out.resolve("n.key"))).isEqualTo("precious");
        assertThat(run("issue", "n", "--out", out.toString(), "--force").code()).isZero();
    }

    @Test
    void leaves_no_key_behind_when_the_authority_refuses() {
        authority.refusal = Refusal.NAME_NOT_ALLOWED;
        var ran = run("issue", "n", "--out", directory.resolve("out").toString());
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("because the test says so");
        assertThat(directory.resolve("out/n.key")).doesNotExist();
    }

    @Test
    void a_second_certificate_goes_beside_the_first() {
        var out = directory.resolve("out").toString();
        assertThat(run("issue", "one", "--out", out).code()).isZero();
        assertThat(run("issue", "two", "--out", out).code()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "list --status lost",
                "revoke xyz",
                "revoke abcdef --reason mood",
                "devices release Not_A_Name",
                "rotate-fleet start",
                "rotate-fleet start --rate 5",
                "rotate-fleet start --rate 0/s",
                "rotate-fleet start --rate 5/s --max-failed lots",
                "provisioning on --for soon",
                "provisioning allow 10.0.0.1/8",
                "provisioning allow",
                "issue ../evil",
                "issue n --profile root",
                "list --nonsense",
                "list --url ftp://localhost",
                "list --url http://192.0.2.1:8502"
            })
    void says_what_is_wrong_with_the_usage(String line) {
        var ran = run(line.split(" "));
        assertThat(ran.code()).as(ran.out() + ran.err()).isEqualTo(2);
        assertThat(ran.err()).isNotBlank();
        assertThat(authority.asked).isEmpty();
    }

    @Test
    void says_how_to_start_lumia_when_nobody_answers() {
        var ran = execute("list", "--url", "http://127.0.0.1:1", "--data", data().toString());
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("is Lumia running?").hasLineCount(1);
    }

    @Test
    void says_where_the_token_is_looked_for() throws Exception {
        var missing = execute(
                "list", "--url", url, "--data", directory.resolve("nowhere").toString());
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.err()).contains("nowhere/admin-token").contains("--token-file");
        var wrong = Files.writeString(directory.resolve("wrong"), "not the token at all");
        var refused = execute("list", "--url", url, "--token-file", wrong.toString());
        assertThat(refused.err()).contains("token is not accepted");
    }

    private Path data() {
        return directory.resolve("data");
    }

    private Ran run(String... arguments) {
        var all = new ArrayList<>(List.of(arguments));
        if (!all.contains("--url")) {
            all.addAll(List.of("--url", url));
        }
        all.addAll(List.of("--token-file", data().resolve("admin-token").toString()));
        return execute(all.toArray(String[]::new));
    }

    private static Ran execute(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int code = new CommandLine(new Root())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new Ran(code, out.toString(), err.toString());
    }
}
