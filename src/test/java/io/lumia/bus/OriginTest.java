package io.lumia.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.DescribeProvisioning;
import io.lumia.bus.FleetBus.ProvisioningState;
import io.lumia.fakes.Await;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OriginTest {
    private static final Origin ORIGIN = new Origin("request-0001", "192.0.2.7");

    private final Vertx vertx = Vertx.vertx();

    @BeforeEach
    void install() {
        FleetBus.install(vertx);
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void travels_through_a_call_and_a_worker_to_the_event_told_there() {
        Promise<Audited> heard = Promise.promise();
        Await.result(FleetBus.AUDITED.listen(vertx, act -> heard.complete(act.of(Origin.current()))));
        Await.result(FleetBus.DESCRIBE_PROVISIONING.serve(
                vertx,
                asked -> vertx.executeBlocking(
                                () -> {
                                    FleetBus.AUDITED.publish(vertx, act());
                                    return true;
                                },
                                false)
                        .map(told -> new ProvisioningState(false, null, List.of(), "file"))));
        Await.result(ORIGIN.within(vertx, () -> FleetBus.DESCRIBE_PROVISIONING.ask(vertx, new DescribeProvisioning())));
        var act = Await.result(heard.future());
        assertThat(act.correlation()).isEqualTo("request-0001");
        assertThat(act.address()).isEqualTo("192.0.2.7");
    }

    @Test
    void does_not_stay_behind_for_the_next_who_uses_the_context() {
        var shared = vertx.getOrCreateContext();
        Promise<Boolean> seen = Promise.promise();
        shared.runOnContext(go -> ORIGIN.within(vertx, Future::succeededFuture)
                .onComplete(done -> vertx.runOnContext(
                        later -> seen.complete(Origin.current().isPresent()))));
        assertThat(Await.result(seen.future())).isFalse();
    }

    @Test
    void an_act_keeps_the_address_it_names_itself() {
        assertThat(act().from("198.51.100.1").of(java.util.Optional.of(ORIGIN)).address())
                .isEqualTo("198.51.100.1");
    }

    @Test
    void takes_the_callers_id_or_the_trace_id() {
        var trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assertThat(Origin.of("my.request-17", trace, "::1").correlation()).isEqualTo("my.request-17");
        assertThat(Origin.of(null, trace, "::1").correlation()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "short",
                "with blank in it",
                "line\nbreak-in",
                "\"quoted-id\"",
                "-leading-dash",
                "ümlaut-in-it"
            })
    void makes_an_id_of_its_own_where_the_callers_is_malformed(String malformed) {
        assertThat(Origin.of(malformed, "00-" + "0".repeat(32) + "-00f067aa0ba902b7-01", "::1")
                        .correlation())
                .matches("[0-9a-f]{16}");
        assertThat(Origin.of("x".repeat(65), malformed, "::1").correlation()).matches("[0-9a-f]{16}");
    }

    private static Audited act() {
        return new Audited(Instant.EPOCH, "operator", "test", "x", "ok", Map.of());
    }
}
