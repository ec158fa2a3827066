package io.lumia.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateOrder;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.ListAccounts;
import io.lumia.bus.FleetBus.ListCertificates;
import io.lumia.bus.FleetBus.ListOrders;
import io.lumia.bus.FleetBus.RenewalsForecast;
import io.lumia.config.TlsConfig;
import io.lumia.config.TlsConfig.TlsVersion;
import io.lumia.config.TlsSection;
import io.lumia.config.WebConfig;
import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.lumia.fakes.RawHttp;
import io.lumia.fakes.RawHttp.Reply;
import io.lumia.fakes.ScriptedAuthority;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lists of certificates by their expiry, of ACME orders and accounts. */
class ListingsApiTest {
    private final Vertx vertx = Vertx.vertx();
    private final ScriptedAuthority authority = new ScriptedAuthority();
    private int port;
    private String token = "";

    @TempDir
    Path data;

    @BeforeEach
    void deploy() throws Exception {
        FleetBus.install(vertx);
        Await.result(authority.serve(vertx));
        var web = new WebVerticle(
                new WebConfig("127.0.0.1", 0, List.of("localhost"), null, TlsSection.of(null)),
                new TlsConfig(TlsVersion.TLS_1_2, List.of(), false),
                data,
                new MovableClock(ScriptedAuthority.NOW));
        Await.result(vertx.deployVerticle(web));
        port = web.port();
        token = Files.readString(data.resolve("admin-token")).strip();
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void lists_certificates_that_end_in_a_time_soonest_first() throws Exception {
        var page = json(get("/certificates?status=active&expiresAfter=2030-01-01T00:00:00Z"
                + "&expiresBefore=2030-01-02T00:00:00.5Z&sort=expiry&page=3&size=7"));
        assertThat(authority.listed)
                .containsExactly(new ListCertificates(
                        "",
                        CertificateStatus.ACTIVE,
                        3,
                        7,
                        Instant.parse("2030-01-01T00:00:00Z"),
                        Instant.parse("2030-01-02T00:00:00.5Z"),
                        CertificateOrder.EXPIRY));
        assertThat(page.path("page").asInt()).isEqualTo(3);
        assertThat(page.path("size").asInt()).isEqualTo(7);
        assertThat(page.path("complete").asBoolean()).isTrue();
    }

    @Test
    void tells_when_a_search_did_not_look_at_everything() throws Exception {
        authority.complete = false;
        for (String path : List.of("/certificates?query=x", "/ca/orders?query=x", "/ca/accounts?query=x")) {
            var page = json(get(path));
            assertThat(page.path("complete").isBoolean()).as(path).isTrue();
            assertThat(page.path("complete").asBoolean()).as(path).isFalse();
        }
    }

    @Test
    void shows_the_renewals_that_are_ahead() throws Exception {
        var forecast = new RenewalsForecast(
                3,
                ScriptedAuthority.NOW,
                Map.of(Duration.ofDays(7), 9.0, Duration.ofHours(8), 4.129),
                List.of(0.5, 1.0),
                List.of(2.0));
        Await.result(FleetBus.FORECAST_RENEWALS.serve(vertx, asked -> Future.succeededFuture(forecast)));

        assertThat(get("/renewals").body())
                .isEqualTo("{\"overdue\":3,\"ahead\":{\"asOf\":\"2030-01-01T00:00:00Z\","
                        + "\"within\":{\"8h\":4.13,\"7d\":9.0},\"hours\":[0.5,1.0],\"days\":[2.0]}}");
    }

    @Test
    void lists_orders_by_query_status_and_page() throws Exception {
        var page = json(get("/ca/orders?query=a.example&status=valid&page=2&size=10"));
        assertThat(authority.listedOrders).containsExactly(new ListOrders("a.example", "valid", 2, 10));
        var order = page.path("orders").get(0);
        assertThat(order.path("id").asText()).isEqualTo("order-1");
        assertThat(order.path("identifiers").get(1).asText()).isEqualTo("b.example");
        assertThat(order.path("serial").asText()).isEqualTo("abcdef");
        assertThat(order.path("createdAt").asText()).isEqualTo("2030-01-01T00:00:00Z");
        assertThat(page.path("total").asInt()).isEqualTo(1);
        assertThat(page.path("page").asInt()).isEqualTo(2);
    }

    @Test
    void lists_accounts_by_query_status_and_page() throws Exception {
        var page = json(get("/ca/accounts?query=ops&status=deactivated&page=1&size=1000"));
        assertThat(authority.listedAccounts).containsExactly(new ListAccounts("ops", "deactivated", 1, 1000));
        var account = page.path("accounts").get(0);
        assertThat(account.path("id").asText()).isEqualTo("account-1");
        assertThat(account.path("contacts").get(0).asText()).isEqualTo("mailto:ops@example.com");
        assertThat(page.path("size").asInt()).isEqualTo(1000);
    }

    @ParameterizedTest
    @CsvSource({
        "/certificates?expiresBefore=tomorrow, expiresBefore",
        "/certificates?expiresAfter=2030-13-01T00:00:00Z, expiresAfter",
        "/certificates?expiresBefore=%2B1000000000-12-31T23:59:59Z, expiresBefore",
        "/certificates?sort=serial, sort",
        "/ca/orders?status=lost, status",
        "/ca/orders?page=-1, page",
        "/ca/orders?size=0, size",
        "/ca/accounts?status=ready, status",
        "/ca/accounts?size=1001, size",
        "/ca/accounts?page=x, page"
    })
    void names_the_parameter_that_is_wrong(String path, String parameter) {
        var reply = get(path);
        assertThat(reply.status()).as(reply.body()).isEqualTo(400);
        assertThat(reply.body()).contains("urn:lumia:problem:bad-request").contains(parameter);
    }

    @Test
    void refuses_queries_that_are_too_long() {
        for (String path : List.of("/certificates", "/ca/orders", "/ca/accounts")) {
            assertThat(get(path + "?query=" + "x".repeat(200)).status())
                    .as(path)
                    .isEqualTo(200);
            assertThat(get(path + "?query=" + "x".repeat(201)).status())
                    .as(path)
                    .isEqualTo(400);
        }
    }

    private Reply get(String path) {
        return RawHttp.send("127.0.0.1", port, "GET /api/v1" + path, List.of("Authorization: Bearer " + token), "");
    }

    private static JsonNode json(Reply reply) throws Exception {
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return new ObjectMapper().readTree(reply.body());
    }
}
