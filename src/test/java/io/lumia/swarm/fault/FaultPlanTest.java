package io.lumia.swarm.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.config.FaultConfig;
import io.lumia.config.FaultConfig.Kind;
import io.lumia.config.SwarmConfig;
import io.lumia.config.SwarmLoad;
import io.lumia.x509.DeviceName;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FaultPlanTest {
    private final Random random = new Random(7);

    @Test
    void a_share_takes_that_many_devices_and_none_twice() {
        var faults = new LinkedHashMap<String, FaultConfig>();
        faults.put("away", share(Kind.OFFLINE, 0.25));
        faults.put("flaps", share(Kind.FLAPPING, 0.5));
        var plan = FaultPlan.of(swarm(100, faults), random).faults();

        assertThat(plan.get(0).devices())
                .hasSize(25)
                .isSorted()
                .doesNotContainAnyElementsOf(plan.get(1).devices());
        assertThat(plan.get(1).devices()).hasSize(50).doesNotHaveDuplicates();
    }

    @Test
    void a_small_share_of_a_small_swarm_is_one_device() {
        var plan = FaultPlan.of(swarm(3, Map.of("away", share(Kind.OFFLINE, 0.01))), random);

        assertThat(plan.faults().get(0).devices()).hasSize(1);
    }

    @Test
    void named_devices_have_what_they_were_named_for_and_are_in_no_share() {
        var faults = new LinkedHashMap<String, FaultConfig>();
        faults.put("most", share(Kind.FLAPPING, 0.9));
        faults.put("one", named(Kind.HALF_OPEN, "dev-0004"));
        var plan = FaultPlan.of(swarm(10, faults), random).faults();

        assertThat(plan.get(1).devices()).containsExactly(4);
        assertThat(plan.get(0).devices()).hasSize(9).doesNotContain(4);
    }

    @Test
    void the_same_randomness_chooses_the_same_devices() {
        var config = swarm(1000, Map.of("away", share(Kind.OFFLINE, 0.05)));

        assertThat(FaultPlan.of(config, new Random(3))).isEqualTo(FaultPlan.of(config, new Random(3)));
        assertThat(FaultPlan.of(config, new Random(3))).isNotEqualTo(FaultPlan.of(config, new Random(4)));
    }

    @Test
    void shares_of_more_devices_than_there_are_and_strangers_are_refused_by_their_keys() {
        var faults = new LinkedHashMap<String, FaultConfig>();
        faults.put("away", share(Kind.OFFLINE, 0.6));
        faults.put("flaps", share(Kind.FLAPPING, 0.6));
        assertThatThrownBy(() -> FaultPlan.of(swarm(10, faults), random))
                .hasMessage("swarm.faults.flaps.share: needs 6 devices, and other faults leave 4; make the shares"
                        + " smaller");
        assertThatThrownBy(() -> FaultPlan.of(swarm(3, Map.of("one", named(Kind.OFFLINE, "dev-0009"))), random))
                .hasMessage("swarm.faults.one.devices: dev-0009 is not one of the 3 devices of this swarm");
    }

    private static SwarmConfig swarm(int devices, Map<String, FaultConfig> faults) {
        var load = new SwarmLoad(SwarmLoad.Pattern.STEADY, 0, 0, 0, 0);
        return new SwarmConfig(devices, "dev", "127.20.0.0/16", Duration.ofSeconds(2), 1, 100, load, faults);
    }

    private static FaultConfig share(Kind kind, double share) {
        return new FaultConfig(kind, share, null, null, null, null, null, null, null, null);
    }

    private static FaultConfig named(Kind kind, String device) {
        return new FaultConfig(kind, null, List.of(new DeviceName(device)), null, null, null, null, null, null, null);
    }
}
