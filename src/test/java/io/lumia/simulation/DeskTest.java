package io.lumia.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.simulation.Scenario.Capacity;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeskTest {
    private final Desk desk = new Desk(new Capacity(0.5, 100, Duration.ofSeconds(1)), 1);

    @Test
    void serves_half_as_many_while_a_crowd_is_refused_and_all_it_can_afterwards() {
        while (desk.admits()) {
            desk.queue(1);
        }
        assertThat(served(40, 10)).isEqualTo(10);
        assertThat(served(40, 0)).isEqualTo(20);
    }

    private int served(int seconds, int refusedEach) {
        int served = 0;
        for (int second = 0; second < seconds; second++) {
            for (int i = 0; i < refusedEach; i++) {
                desk.refuse();
            }
            desk.tick();
            while (desk.hasTurn()) {
                assertThat(desk.next()).isEqualTo(1);
                served++;
            }
        }
        return served;
    }
}
