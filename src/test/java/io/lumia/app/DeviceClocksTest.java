package io.lumia.app;

import static io.lumia.app.DeviceClocks.Verdict.ASK;
import static io.lumia.app.DeviceClocks.Verdict.COUNT;
import static io.lumia.app.DeviceClocks.Verdict.LEAVE;
import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.app.DeviceClocks.Delivery;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeviceClocksTest {
    private static final Delivery USUAL = took(Duration.ofMillis(3));
    private static final Delivery OLD = took(Duration.ofHours(6));
    private static final Delivery FROM_THE_FUTURE = took(Duration.ofHours(-6));

    private static final Duration PING = Duration.ofMillis(80);

    private final DeviceClocks clocks = new DeviceClocks();

    @Test
    void a_message_from_the_future_shows_a_clock_that_is_ahead() {
        assertThat(clocks.judge("dev-1", FROM_THE_FUTURE)).isEqualTo(LEAVE);
        assertThat(clocks.wrong()).isEqualTo(1);
        assertThat(clocks.skewed()).isEqualTo(1);
    }

    @Test
    void a_clock_that_is_behind_is_found_by_asking_and_what_was_held_back_counts_for_nothing() {
        assertThat(clocks.judge("dev-1", OLD)).isEqualTo(ASK);
        assertThat(clocks.judge("dev-1", OLD)).isEqualTo(LEAVE);
        assertThat(clocks.wrong()).isZero();

        assertThat(clocks.told("dev-1", Duration.ofHours(-6), PING)).isEmpty();
        assertThat(clocks.wrong()).isEqualTo(1);
        assertThat(clocks.judge("dev-1", OLD)).isEqualTo(LEAVE);
        assertThat(clocks.skewed()).isEqualTo(3);
    }

    @Test
    void what_waited_through_an_outage_counts_as_long_as_it_took() {
        var waited = took(Duration.ofMinutes(5));
        clocks.judge("dev-1", waited);
        clocks.judge("dev-1", waited);

        assertThat(clocks.told("dev-1", Duration.ofMillis(-40), PING)).containsExactly(waited, waited);
        assertThat(clocks.wrong()).isZero();
        assertThat(clocks.skewed()).isZero();
    }

    @Test
    void a_question_that_waited_for_the_device_to_come_back_shows_nothing() {
        clocks.judge("dev-1", took(Duration.ofSeconds(26)));

        assertThat(clocks.told("dev-1", Duration.ofSeconds(13), Duration.ofSeconds(26)))
                .hasSize(1);
        assertThat(clocks.wrong()).isZero();
    }

    @Test
    void a_device_that_does_not_answer_gets_the_benefit_of_the_doubt() {
        clocks.judge("dev-1", OLD);

        assertThat(clocks.silent("dev-1")).containsExactly(OLD);
        assertThat(clocks.judge("dev-1", OLD)).isEqualTo(ASK);
    }

    @Test
    void a_clock_that_was_set_right_is_forgotten() {
        clocks.judge("dev-1", FROM_THE_FUTURE);
        assertThat(clocks.judge("dev-1", USUAL)).isEqualTo(COUNT);
        assertThat(clocks.wrong()).isZero();
    }

    @Test
    void not_everybody_is_asked_at_once() {
        for (int i = 0; i < 50; i++) {
            assertThat(clocks.judge("dev-" + i, OLD)).isEqualTo(ASK);
        }
        assertThat(clocks.judge("one-more", OLD)).isEqualTo(COUNT);
    }

    private static Delivery took(Duration took) {
        return new Delivery(1, took);
    }
}
