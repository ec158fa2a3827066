package io.lumia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateOrder;
import io.lumia.bus.FleetBus.ListAccounts;
import io.lumia.bus.FleetBus.ListCertificates;
import io.lumia.bus.FleetBus.ListOrders;
import io.lumia.config.TlsConfig;
import io.lumia.config.TlsConfig.TlsVersion;
import io.lumia.config.TlsSection;
import io.lumia.config.WebConfig;
import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.lumia.fakes.ScriptedAuthority;
import io.lumia.web.WebVerticle;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code list} with times, {@code ca orders} and {@code ca accounts}. */
class ListingCommandsTest {
    private final Vertx vertx = Vertx.vertx();
    private final ScriptedAuthority authority = new ScriptedAuthority();
    private String url = "";

    @TempDir
    Path data;

    @Command(
            name = "lumia",
            subcommands = {ListCommand.class, AcmeListingCommands.Orders.class, AcmeListingCommands.Accounts.class})
    static final class Root {}

    private record Ran(int code, String out, String err) {}

    @BeforeEach
    void deploy() {
        FleetBus.install(vertx);
        Await.result(authority.serve(vertx));
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

    @Test
    void lists_certificates_by_when_they_end() {
        var ran = run(
                "list",
                "--expires-after",
                "2030-01-01T00:00:00Z",
                "--expires-before",
                "2030-01-08T00:00:00Z",
                "--sort",
                "expiry");
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(authority.listed)
                .containsExactly(new ListCertificates(
                        "",
                        null,
                        0,
                        50,
                        Instant.parse("2030-01-01T00:00:00Z"),
                        Instant.parse("2030-01-08T00:00:00Z"),
                        CertificateOrder.EXPIRY));
        assertThat(ran.out().lines().toList().get(2)).isEqualTo("1 certificate");
    }

    @Test
    void says_that_there_may_be_more_certificates() {
        authority.complete = false;
        assertThat(run("list", "--query", "x").out()).contains("1 certificate; there may be more");
    }

    @Test
    void lists_orders_in_columns() {
        var ran = run("orders", "--query", "a b&c", "--status", "valid", "--page", "0", "--size", "5");
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(authority.listedOrders).containsExactly(new ListOrders("a b&c", "valid", 0, 5));
        var lines = ran.out().lines().toList();
        assertThat(lines.get(0)).startsWith("ORDER ");
        assertThat(lines.get(1)).contains("order-1", "account-1", "abcdef", "a.example b.example");
        assertThat(lines.get(2)).isEqualTo("1 order");
    }

    @Test
    void lists_accounts_in_columns_and_says_when_there_are_older_ones() {
        authority.complete = false;
        var ran = run("accounts", "--page", "4");
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(authority.listedAccounts).containsExactly(new ListAccounts("", "", 4, 50));
        assertThat(ran.out()).contains("mailto:ops@example.com").contains("1 account of the newest; older ones by id");
    }

    @Test
    void prints_json_when_asked() throws Exception {
        assertThat(new ObjectMapper().readTree(run("orders", "--json").out()).path("orders"))
                .hasSize(1);
    }

    @Test
    void fails_with_the_parameter_that_is_wrong() {
        assertThat(run("list", "--expires-before", "tomorrow"))
                .satisfies(ran -> assertThat(ran.code()).isEqualTo(1))
                .satisfies(
                        ran -> assertThat(ran.err()).contains("expiresBefore").contains("tomorrow"));
        assertThat(run("orders", "--status", "lost").err()).contains("status").contains("lost");
        assertThat(run("accounts", "--size", "1001").err()).contains("size");
        assertThat(run("orders", "--page", "x").code()).as("usage").isEqualTo(2);
    }

    private Ran run(String... arguments) {
        var all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of(
                "--url", url, "--token-file", data.resolve("admin-token").toString()));
        var out = new StringWriter();
        var err = new StringWriter();
        int code = new CommandLine(new Root())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all.toArray(String[]::new));
        return new Ran(code, out.toString(), err.toString());
    }
}
