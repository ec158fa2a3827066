package io.lumia.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.access.AddressRange;
import io.lumia.config.ProvisioningConfig;
import io.lumia.provisioning.ProvisioningGate.Decision;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProvisioningGateTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "true,  0, 192.0.2.7,    OPEN",
        "true,  0, 192.0.3.7,    NOT_WHITELISTED",
        "true,  0, 2001:db8::1,  OPEN",
        "true,  0, 2001:db9::1,  NOT_WHITELISTED",
        "true,  0, ::ffff:192.0.2.7, OPEN",
        "true, 59, 192.0.2.7,    OPEN",
        "true, 60, 192.0.2.7,    OFF",
        "false, 0, 192.0.2.7,    OFF",
    })
    void decides_by_switch_timer_and_address(boolean enabled, int minutes, String address, Decision expected) {
        var gate = configured(enabled, Duration.ofHours(1));
        assertThat(gate.decide(AddressRange.address(address), NOW.plus(Duration.ofMinutes(minutes))))
                .isEqualTo(expected);
    }

    @Test
    void without_a_timer_it_stays_on() {
        assertThat(configured(true, Duration.ZERO).decide(AddressRange.address("192.0.2.7"), NOW.plusSeconds(1 << 30)))
                .isEqualTo(Decision.OPEN);
    }

    @Test
    void turning_off_clears_the_whitelist_and_turning_on_again_does_not_bring_it_back() {
        var off = configured(true, Duration.ZERO).turnedOff();
        assertThat(off.whitelist()).isEmpty();
        assertThat(off.turnedOn(Duration.ZERO, NOW).whitelist()).isEmpty();
    }

    @Test
    void the_timer_clears_the_whitelist_and_says_so() {
        var late = configured(true, Duration.ofHours(1)).at(NOW.plus(Duration.ofHours(1)));
        assertThat(late.state().enabled()).isFalse();
        assertThat(late.state().setBy()).isEqualTo("timer");
        assertThat(late.state().whitelist()).isEmpty();
        assertThat(late.operated()).as("nothing to store").isFalse();
    }

    @Test
    void turning_on_again_restarts_the_timer_and_keeps_the_whitelist() {
        var again = configured(true, Duration.ofHours(1)).turnedOn(Duration.ofHours(2), NOW.plusSeconds(60));
        assertThat(again.offAt()).isEqualTo(NOW.plusSeconds(60).plus(Duration.ofHours(2)));
        assertThat(again.whitelist()).hasSize(2);
        assertThat(again.operated()).isTrue();
    }

    @Test
    void changes_all_or_nothing_and_names_the_bad_entry() {
        var gate = configured(true, Duration.ZERO);
        assertThatThrownBy(() -> gate.changed(List.of("198.51.100.1", "nonsense"), List.of(), NOW))
                .isInstanceOf(ProvisioningGate.Unacceptable.class)
                .hasMessageContaining("'nonsense'");
        assertThatThrownBy(() -> gate.changed(List.of(), List.of("198.51.100.1"), NOW))
                .hasMessageContaining("has no entry '198.51.100.1'");
    }

    @Test
    void adding_twice_is_adding_once() throws Exception {
        var gate = configured(true, Duration.ZERO).changed(List.of("192.0.2.0/24", "::1"), List.of(), NOW);
        assertThat(gate.state().whitelist())
                .containsExactly("192.0.2.0/24", "2001:db8:0:0:0:0:0:0/32", "0:0:0:0:0:0:0:1");
    }

    @Test
    void is_read_back_as_it_was_written() {
        var gate = configured(true, Duration.ofHours(1)).turnedOn(Duration.ofHours(2), NOW);
        assertThat(GateText.read(GateText.write(gate))).isEqualTo(gate);
        var off = gate.turnedOff();
        assertThat(GateText.read(GateText.write(off))).isEqualTo(off);
        assertThatThrownBy(() -> GateText.read("{}")).isInstanceOf(IllegalArgumentException.class);
    }

    private static ProvisioningGate configured(boolean enabled, Duration offAfter) {
        return ProvisioningGate.configured(
                new ProvisioningConfig(
                        "127.0.0.1", 0, enabled, offAfter, List.of("192.0.2.0/24", "2001:db8::/32"), 60, 20, List.of()),
                NOW);
    }
}
