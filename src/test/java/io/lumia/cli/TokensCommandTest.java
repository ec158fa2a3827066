package io.lumia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.Lumia;
import io.lumia.bus.FleetBus;
import io.lumia.config.TlsConfig;
import io.lumia.config.TlsConfig.TlsVersion;
import io.lumia.config.TlsSection;
import io.lumia.config.WebConfig;
import io.lumia.crypto.DurableFiles;
import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.lumia.fakes.ScriptedAuthority;
import io.lumia.store.Store;
import io.lumia.tls.ListenerCertificates;
import io.lumia.web.WebVerticle;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensCommandTest {
    @TempDir
    Path data;

    private final Vertx vertx = Vertx.vertx();
    private final ScriptedAuthority authority = new ScriptedAuthority();
    private Store store;
    private int port;

    @BeforeEach
    void deploy() {
        var clock = new MovableClock(ScriptedAuthority.NOW);
        FleetBus.install(vertx);
        Await.result(authority.serve(vertx));
        store = Await.result(Store.open(vertx, data));
        var tls = new TlsConfig(TlsVersion.TLS_1_2, List.of(), false);
        var web = new WebVerticle(
                new WebConfig("127.0.0.1", 0, List.of("localhost"), null, TlsSection.of(null)),
                new ListenerCertificates(data, tls, clock),
                data,
                store,
                clock);
        Await.result(vertx.deployVerticle(web));
        port = web.port();
    }

    @AfterEach
    void close() {
        Await.result(store.close());
        Await.result(vertx.close());
    }

    @Test
    void makes_lists_uses_and_removes_a_token() throws Exception {
        var made = run(0, "tokens", "add", "ci", "--role", "viewer", "--validity", "30d");
        var token = made.replaceAll("(?s)token +(\\S+).*", "$1");
        assertThat(token).startsWith("lumia_");
        assertThat(made).contains("For ci as viewer until 2030-01-31T00:00:00Z");
        assertThat(run(0, "tokens", "list"))
                .contains("ci", "viewer", "2030-01-31", "admin")
                .doesNotContain(token);

        var file = data.resolve("ci-token");
        DurableFiles.writePrivate(file, token + "\n");
        assertThat(run(0, "list", "--token-file", file.toString())).contains("1 certificate");
        assertThat(run(1, "tokens", "list", "--token-file", file.toString()))
                .contains("needs the role admin, ci has viewer");

        assertThat(run(0, "tokens", "remove", "ci")).contains("removed ci");
        assertThat(run(1, "tokens", "remove", "ci")).contains("no token 'ci'");
        assertThat(run(1, "list", "--token-file", file.toString())).contains("not accepted");
    }

    @Test
    void says_what_is_wrong_with_a_name_or_role() {
        assertThat(run(1, "tokens", "add", "Bad Name")).contains("'name'");
        assertThat(run(1, "tokens", "add", "ci", "--role", "root")).contains("viewer, operator or admin");
        assertThat(run(2, "tokens", "add", "ci", "--validity", "soon")).contains("soon");
    }

    @Test
    void a_role_goes_with_the_profile_admin_alone() {
        var out = data.resolve("out").toString();
        assertThat(run(2, "issue", "alice", "--role", "viewer", "--out", out)).contains("--profile admin");
        assertThat(run(0, "issue", "alice", "--profile", "admin", "--role", "viewer", "--out", out))
                .contains("issued");
        assertThat(Await.result(store.certificateRoles().of(ScriptedAuthority.SERIAL)))
                .contains("viewer");
    }

    private String run(int code, String... arguments) {
        var all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--url", "http://127.0.0.1:" + port, "--data", data.toString()));
        var printed = new StringWriter();
        var line = Lumia.commandLine().setOut(new PrintWriter(printed)).setErr(new PrintWriter(printed));
        assertThat(line.execute(all.toArray(String[]::new)))
                .as(printed.toString())
                .isEqualTo(code);
        return printed.toString();
    }
}
