package io.lumia.swarm.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScaleTest {
    @Test
    void linear_ends_at_a_round_number() {
        assertThat(Scale.linear(4321).high()).isEqualTo(5000);
        assertThat(Scale.linear(4321).ticks()).containsExactly(0.0, 1000.0, 2000.0, 3000.0, 4000.0, 5000.0);
        assertThat(Scale.linear(0).high()).isEqualTo(1);
    }

    @Test
    void decades_hold_every_value() {
        var scale = Scale.decades(0.7, 1100);
        assertThat(scale.place(0.7)).isPositive();
        assertThat(scale.place(1100)).isLessThan(1);
        assertThat(scale.place(0)).isZero();
        assertThat(scale.ticks()).hasSize(5);
    }
}
