package io.lumia.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.swarm.DeliveryLedger.Arrival;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeliveryLedgerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final SwarmTally tally = new SwarmTally();
    private final DeliveryLedger ledger = new DeliveryLedger(tally);

    @Test
    void tells_first_arrivals_from_repeated_ones() {
        ledger.sent(1, 0);
        assertThat(ledger.arrived(1, seconds(1))).isEqualTo(Arrival.FIRST);
        assertThat(ledger.arrived(1, seconds(2))).isEqualTo(Arrival.AGAIN);
        assertThat(tally.received.sum()).isEqualTo(1);
        assertThat(tally.duplicated.sum()).isEqualTo(1);
    }

    @Test
    void gives_up_what_the_broker_took_and_kept() {
        ledger.sent(1, 0);
        ledger.accepted(1, seconds(10));
        ledger.giveUp(seconds(39), 0, PATIENCE);
        assertThat(tally.lost.sum()).isZero();
        ledger.giveUp(seconds(40), 0, PATIENCE);
        assertThat(tally.lost.sum()).isEqualTo(1);
    }

    @Test
    void a_message_that_comes_after_all_is_not_lost_any_more() {
        ledger.sent(1, 0);
        ledger.accepted(1, 0);
        ledger.giveUp(seconds(40), 0, PATIENCE);
        assertThat(ledger.arrived(1, seconds(41))).isEqualTo(Arrival.LATE);
        assertThat(tally.counts(1).lost()).isZero();
        assertThat(ledger.arrived(1, seconds(42))).isEqualTo(Arrival.AGAIN);
    }

    @Test
    void what_the_broker_never_took_is_not_lost() {
        ledger.sent(1, 0);
        ledger.giveUp(seconds(4000), 0, PATIENCE);
        assertThat(tally.lost.sum()).isZero();
        ledger.close(seconds(4000), true);
        assertThat(tally.counts(1).unfinished()).isEqualTo(1);
    }

    @Test
    void waits_for_a_device_that_was_away() {
        ledger.sent(1, 0);
        ledger.accepted(1, seconds(1));
        ledger.giveUp(seconds(100), seconds(90), PATIENCE);
        assertThat(tally.lost.sum()).isZero();
        ledger.giveUp(seconds(120), seconds(90), PATIENCE);
        assertThat(tally.lost.sum()).isEqualTo(1);
    }

    private static long seconds(long seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }
}
