package io.lumia.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.access.AddressRange;
import io.lumia.config.SwarmConfig;
import io.lumia.config.SwarmLoad;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SwarmAddressesTest {
    @Test
    void gives_the_application_the_first_host_and_the_devices_the_following() {
        var chosen = SwarmAddresses.choose(config(3, "127.20.0.0/16"), null, address -> true);

        assertThat(chosen.app()).isEqualTo(AddressRange.address("127.20.0.1"));
        assertThat(chosen.devices())
                .containsExactly(
                        AddressRange.address("127.20.0.2"),
                        AddressRange.address("127.20.0.3"),
                        AddressRange.address("127.20.0.4"));
        assertThat(chosen.ranges()).anyMatch(range -> range.contains(chosen.app()));
        assertThat(chosen.devices())
                .allMatch(device -> chosen.ranges().stream().anyMatch(range -> range.contains(device)));
        assertThat(chosen.ranges()).noneMatch(range -> range.contains(AddressRange.address("127.20.0.5")));
        assertThat(chosen.ranges()).noneMatch(range -> range.contains(AddressRange.address("127.20.0.0")));
    }

    @Test
    void falls_back_to_one_address_where_others_cannot_be_bound() {
        var chosen = SwarmAddresses.choose(config(2, "127.20.0.0/16"), null, AddressRange.address("127.0.0.1")::equals);

        assertThat(chosen.devices())
                .containsOnly(AddressRange.address("127.0.0.1"))
                .hasSize(2);
        assertThat(chosen.ranges()).containsExactly(AddressRange.parse("127.0.0.1"));
    }

    @Test
    void shares_one_address_when_it_is_told_to() {
        var chosen = SwarmAddresses.choose(config(2, SwarmConfig.SHARED), null, address -> true);

        assertThat(chosen.app()).isEqualTo(AddressRange.address("127.0.0.1"));
        assertThat(chosen.devices()).hasSize(2);
    }

    @Test
    void leaves_the_address_to_the_system_where_provisioning_is_elsewhere() {
        var shared = SwarmAddresses.choose(config(2, SwarmConfig.SHARED), null, address -> true)
                .towardsOthers();
        var own = SwarmAddresses.choose(config(1, "127.20.0.0/16"), null, address -> true);

        assertThat(shared.app().isAnyLocalAddress()).isTrue();
        assertThat(shared.devices()).hasSize(2).allMatch(device -> device.isAnyLocalAddress());
        assertThat(own.towardsOthers()).isEqualTo(own);
    }

    @Test
    void covers_a_configured_address_of_the_application() {
        var own = AddressRange.address("127.9.9.9");
        var chosen = SwarmAddresses.choose(config(2, "127.20.0.0/16"), own, address -> true);

        assertThat(chosen.app()).isEqualTo(own);
        assertThat(chosen.ranges()).anyMatch(range -> range.contains(own));
    }

    @Test
    void tells_what_this_system_can_bind() {
        assertThat(SwarmAddresses.canBind(AddressRange.address("127.0.0.1"))).isTrue();
        assertThat(SwarmAddresses.canBind(AddressRange.address("192.0.2.1"))).isFalse();
    }

    private static SwarmConfig config(int devices, String range) {
        var load = new SwarmLoad(SwarmLoad.Pattern.STEADY, 0, 0, 0, 0);
        return new SwarmConfig(devices, "dev", range, Duration.ofSeconds(2), 1, 100, load, Map.of());
    }
}
