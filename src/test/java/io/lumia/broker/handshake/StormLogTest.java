package io.lumia.broker.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.broker.handshake.WaitingRoom.Load;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class StormLogTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final StormLog storms = new StormLog();

    @Test
    void is_one_storm_until_nobody_had_to_wait_for_ten_seconds() {
        assertThat(storms.look(new Load(0, 5, 0, 0), START)).isFalse();
        assertThat(storms.look(new Load(40, 5, 30, 0), START.plusSeconds(1))).isTrue();
        assertThat(storms.look(new Load(0, 0, 31, 0), START.plusSeconds(9))).isTrue();
        assertThat(storms.look(new Load(0, 0, 31, 7), START.plusSeconds(10))).isTrue();
        assertThat(storms.look(new Load(0, 0, 31, 7), START.plusSeconds(20))).isTrue();
        assertThat(storms.look(new Load(0, 0, 31, 7), START.plusSeconds(21))).isFalse();
        assertThat(storms.look(new Load(0, 0, 31, 8), START.plusSeconds(22))).isTrue();
    }

    @Test
    void a_few_that_waited_are_no_storm() {
        assertThat(storms.look(new Load(0, 5, 3, 0), START)).isFalse();
        assertThat(storms.look(new Load(0, 5, 23, 0), START.plusSeconds(1))).isFalse();
        assertThat(storms.look(new Load(0, 5, 44, 0), START.plusSeconds(2))).isTrue();
    }
}
