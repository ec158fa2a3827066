package io.lumia.cli;

import static io.lumia.fakes.ScriptedCaRotation.status;
import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CaRotationChange;
import io.lumia.bus.FleetBus.ChangeCaRotation;
import io.lumia.bus.FleetBus.DescribeCaRotation;
import io.lumia.bus.FleetBus.StartCaRotation;
import io.lumia.bus.FleetBus.Straggler;
import io.lumia.bus.FleetBus.TrustHolder;
import io.lumia.config.TlsConfig;
import io.lumia.config.TlsConfig.TlsVersion;
import io.lumia.config.TlsSection;
import io.lumia.config.WebConfig;
import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.lumia.fakes.ScriptedAuthority;
import io.lumia.fakes.ScriptedCaRotation;
import io.lumia.lifecycle.CaRotation.Kind;
import io.lumia.lifecycle.CaRotation.Phase;
import io.lumia.web.WebVerticle;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CaRotateCommandTest {
    private static final DescribeCaRotation LOOK = new DescribeCaRotation();
    private static final ChangeCaRotation NEXT = new ChangeCaRotation(CaRotationChange.NEXT, false, false, "admin");
    private static final Straggler AWAY =
            new Straggler(TrustHolder.DEVICE, "dev-0001", ScriptedAuthority.NOW, "has not confirmed the roots");

    private final Vertx vertx = Vertx.vertx();
    private final ScriptedCaRotation rotation = new ScriptedCaRotation();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String url = "";

    @TempDir
    Path data;

    @BeforeEach
    void deploy() {
        FleetBus.install(vertx);
        Await.result(rotation.serve(vertx));
        var web = new WebVerticle(
                new WebConfig("127.0.0.1", 0, List.of("localhost"), null, TlsSection.of(null)),
                new TlsConfig(TlsVersion.TLS_1_2, List.of(), false),
                data,
                new MovableClock(ScriptedAuthority.NOW));
        Await.result(vertx.deployVerticle(web));
        url = "http://127.0.0.1:" + web.port();
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "status", "status --wait"})
    void says_how_to_begin_when_there_never_was_a_rotation(String line) {
        assertThat(run(line)).isZero();
        assertThat(out.toString().strip())
                .isEqualTo("there was no rotation yet; begin one with: lumia ca rotate start [--intermediate]");
    }

    @Test
    void begins_with_the_root_unless_the_intermediate_alone_is_wanted() {
        rotation.tell(status(Kind.ROOT, Phase.PREPARED), status(Kind.INTERMEDIATE, Phase.PREPARED));
        assertThat(run("start")).isZero();
        assertThat(run("start --intermediate")).isZero();
        assertThat(rotation.asked)
                .containsExactly(new StartCaRotation(false, "admin"), new StartCaRotation(true, "admin"));
        assertThat(out.toString()).contains("rotation of the root: prepared", "rotation of the intermediate: prepared");
    }

    @Test
    void names_the_first_who_are_missing_and_counts_the_others() {
        rotation.tell(status(Kind.ROOT, Phase.SPREADING, 3, AWAY));
        assertThat(run("status")).isEqualTo(3);
        assertThat(out.toString().lines())
                .containsExactly(
                        "rotation of the root: spreading, since 2029-12-31T23:00:00Z",
                        "  the old and the new root are published, and everybody is to trust both; the old one issues",
                        "  old root  aa",
                        "  new root  a2",
                        "  device    5 confirmed, 3 missing",
                        "  missing:",
                        "    device dev-0001: has not confirmed the roots",
                        "    and 2 more",
                        "  blocked   3 have not confirmed the published roots",
                        "  next      is taken by itself once everybody has confirmed both roots",
                        "  abort     the old root alone is published again; no certificate changes");
    }

    @Test
    void counts_nobody_more_when_all_who_are_missing_are_named() {
        rotation.tell(status(Kind.ROOT, Phase.DRAINING, AWAY));
        assertThat(run("status")).isEqualTo(3);
        assertThat(out.toString())
                .contains("leaves    1 live of the issuer that is left", "device dev-0001")
                .doesNotContain("more");
    }

    @Test
    void what_is_done_or_ready_is_not_blocked() {
        rotation.tell(status(Kind.ROOT, Phase.DONE), status(Kind.ROOT, Phase.ADOPTED));
        assertThat(run("status")).isZero();
        assertThat(out.toString())
                .startsWith("rotation of the root: done")
                .contains("the new root has taken the place of the old one")
                .doesNotContain("missing:", "blocked", "next", "abort");
        assertThat(run("status")).isZero();
        assertThat(out.toString()).contains("next      issues new certificates from the new root's intermediate");
    }

    @Test
    void json_is_what_the_server_answered_and_the_exit_code_says_blocked_all_the_same() throws Exception {
        rotation.tell(status(Kind.ROOT, Phase.SPREADING, 3, AWAY));
        assertThat(run("status --json")).isEqualTo(3);
        var told = AdminClient.JSON.readTree(out.toString());
        assertThat(told.path("missing").asInt()).isEqualTo(3);
        assertThat(told.path("stragglers").get(0).path("name").asText()).isEqualTo("dev-0001");
    }

    @Test
    void force_and_revocation_are_asked_for_by_name_alone() {
        rotation.tell(status(Kind.INTERMEDIATE, Phase.DONE));
        assertThat(run("next")).isZero();
        assertThat(run("next --force --revoke-old")).isZero();
        assertThat(run("continue --revoke-old")).isZero();
        assertThat(rotation.asked)
                .containsExactly(
                        NEXT,
                        new ChangeCaRotation(CaRotationChange.NEXT, true, true, "admin"),
                        new ChangeCaRotation(CaRotationChange.NEXT, false, true, "admin"));
    }

    @Test
    void turns_back() {
        rotation.tell(status(Kind.ROOT, Phase.ABORTED));
        assertThat(run("abort")).isZero();
        assertThat(rotation.asked).containsExactly(new ChangeCaRotation(CaRotationChange.ABORT, false, false, "admin"));
        assertThat(out.toString()).startsWith("rotation of the root: aborted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"start", "next", "next --force --wait", "abort"})
    void tells_why_the_server_refuses(String line) {
        rotation.refusal = "3 have not confirmed: dev-0001; wait for them, or go past them with --force";
        assertThat(run(line)).isEqualTo(1);
        assertThat(err.toString().strip()).isEqualTo(rotation.refusal);
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"start --root", "start --wait", "next soon", "abort --force", "turn"})
    void says_what_is_wrong_with_the_usage(String line) {
        assertThat(run(line)).isEqualTo(2);
        assertThat(err.toString()).isNotBlank();
        assertThat(rotation.asked).isEmpty();
    }

    @Test
    void takes_the_step_once_nobody_is_missing_and_waits_for_who_is_missing_then() {
        rotation.tell(
                status(Kind.ROOT, Phase.DRAINING, 2),
                status(Kind.ROOT, Phase.DRAINING, 2),
                status(Kind.ROOT, Phase.DRAINING, 1),
                status(Kind.ROOT, Phase.DRAINING),
                status(Kind.ROOT, Phase.WITHDRAWING, 1),
                status(Kind.ROOT, Phase.WITHDRAWING),
                status(Kind.ROOT, Phase.DONE));
        assertThat(run("next --wait")).isZero();
        assertThat(rotation.asked).containsExactly(LOOK, LOOK, LOOK, LOOK, NEXT, LOOK, LOOK);
        assertThat(err.toString().lines())
                .as("once for each change")
                .containsExactly(
                        "draining: live certificates of the issuer that is left: 2",
                        "draining: live certificates of the issuer that is left: 1",
                        "withdrawing: 1 have not confirmed the published roots",
                        "withdrawing");
        assertThat(out.toString()).startsWith("rotation of the root: done");
    }

    @Test
    void does_not_wait_before_a_step_for_those_whom_it_goes_past() {
        rotation.tell(status(Kind.ROOT, Phase.WITHDRAWING, 1), status(Kind.ROOT, Phase.DONE));
        assertThat(run("next --force --wait")).isZero();
        assertThat(rotation.asked)
                .containsExactly(new ChangeCaRotation(CaRotationChange.NEXT, true, false, "admin"), LOOK);
    }

    @Test
    void asks_for_no_step_after_the_last_one_was_taken_by_itself() {
        rotation.tell(status(Kind.ROOT, Phase.WITHDRAWING, 1), status(Kind.ROOT, Phase.DONE));
        assertThat(run("next --wait")).isZero();
        assertThat(rotation.asked).containsExactly(LOOK, LOOK);
        assertThat(out.toString()).startsWith("rotation of the root: done");
    }

    @Test
    void status_can_wait_too() {
        rotation.tell(status(Kind.ROOT, Phase.SPREADING, 1), status(Kind.ROOT, Phase.ADOPTED));
        assertThat(run("status --wait")).isZero();
        assertThat(rotation.asked).containsExactly(LOOK, LOOK);
        assertThat(out.toString()).startsWith("rotation of the root: adopted");
    }

    @Test
    void who_interrupts_the_waiting_is_told_that_the_rotation_goes_on() throws Exception {
        rotation.tell(status(Kind.ROOT, Phase.SPREADING, 1));
        var ended = new CompletableFuture<Integer>();
        var command = new Thread(() -> ended.complete(execute(Duration.ofHours(1), "status --wait")));
        command.setDaemon(true);
        command.start();
        Await.until(vertx, "it waits", () -> err.toString().contains("spreading: 1 have not"));
        command.interrupt();
        assertThat(ended.get(30, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(err.toString().lines())
                .last()
                .isEqualTo("interrupted; the rotation goes on, look again with: lumia ca rotate status");
    }

    private int run(String line) {
        return execute(Duration.ofMillis(1), line);
    }

    private int execute(Duration look, String line) {
        var all = new ArrayList<>(List.of(line.isEmpty() ? new String[0] : line.split(" ")));
        all.addAll(List.of(
                "--url", url, "--token-file", data.resolve("admin-token").toString()));
        return new CommandLine(new CaRotateCommand(), waiting(look))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all.toArray(String[]::new));
    }

    /** Makes the commands as usual, but those that wait look more or less often. */
    private static CommandLine.IFactory waiting(Duration look) {
        return new CommandLine.IFactory() {
            @Override
            public <K> K create(Class<K> kind) throws Exception {
                if (kind == CaRotateCommand.Next.class) {
                    return kind.cast(new CaRotateCommand.Next(look));
                }
                return kind == CaRotateCommand.Status.class
                        ? kind.cast(new CaRotateCommand.Status(look))
                        : CommandLine.defaultFactory().create(kind);
            }
        };
    }
}
