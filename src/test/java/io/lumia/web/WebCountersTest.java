package io.lumia.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.ReadWebStatistics;
import io.lumia.bus.FleetBus.WebStatistics;
import io.lumia.fakes.Await;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebCountersTest {
    @ParameterizedTest
    @CsvSource({
        "/api/v1/certificates/abc, api",
        "/api/v1/events, stream",
        "/live, stream",
        "/login, login",
        "/assets/x.js, assets",
        "/whatever/anybody/invents, pages"
    })
    void knows_a_few_kinds_of_routes_whatever_is_asked_for(String path, String kind) {
        assertThat(WebCounters.kind(path)).isEqualTo(kind);
    }

    @Test
    void puts_times_into_buckets_and_leaves_streams_out() {
        var counters = new WebCounters();
        counters.answered("/api/v1/ca", 200, 3_000_000);
        counters.answered("/api/v1/ca", 200, 5_000_000);
        counters.answered("/api/v1/ca", 200, 20_000_000_000L);
        counters.answered("/live", 200, 90_000_000_000L);
        var times = counters.statistics(0).times();
        assertThat(times.counts()).isEqualTo(List.of(2L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 1L));
        assertThat(times.sum()).isEqualTo(20.008);
    }

    @Test
    void tells_what_the_listener_answered(@TempDir Path data) throws Exception {
        try (var web = new WebHarness(data)) {
            var cookie = web.cookie(web.token);
            assertThat(web.send("GET /api/v1/ca", "", cookie).status()).isEqualTo(200);
            assertThat(web.send("POST /login", "{\"token\":\"wrong\"}").status())
                    .isEqualTo(401);
            Await.until(
                    web.vertx,
                    "both logins and the request are counted",
                    () -> told(web).requests().getOrDefault("login/401", 0L) == 1);
            var told = told(web);
            assertThat(told.requests()).containsEntry("login/200", 1L).containsEntry("api/200", 1L);
            assertThat(told.logins())
                    .containsEntry("ok", 1L)
                    .containsEntry("wrong_token", 1L)
                    .containsEntry("throttled", 0L);
            assertThat(told.sessions()).isEqualTo(1);
        }
    }

    private static WebStatistics told(WebHarness web) {
        return Await.result(FleetBus.WEB_STATISTICS.ask(web.vertx, new ReadWebStatistics()));
    }
}
