package io.lumia.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.broker.wire.ReasonCode;
import io.lumia.mqtt.Ending.By;
import org.junit.jupiter.api.Test;

class EndingTest {
    @Test
    void an_end_that_somebody_meant_is_no_drop() {
        assertThat(new Ending(By.SERVER, ReasonCode.SESSION_TAKEN_OVER, "").isDrop())
                .isFalse();
        assertThat(new Ending(By.SERVER, ReasonCode.ADMINISTRATIVE_ACTION, "").isDrop())
                .isFalse();
        assertThat(new Ending(By.SERVER, ReasonCode.NOT_AUTHORIZED, "").isDrop())
                .isFalse();
        assertThat(new Ending(By.CLIENT, ReasonCode.SUCCESS, "").isDrop()).isFalse();
    }

    @Test
    void every_other_end_is_a_drop() {
        assertThat(Ending.network().isDrop()).isTrue();
        assertThat(new Ending(By.SERVER, ReasonCode.SERVER_SHUTTING_DOWN, "").isDrop())
                .isTrue();
        assertThat(new Ending(By.SERVER, ReasonCode.QUOTA_EXCEEDED, "").isDrop())
                .isTrue();
        assertThat(new Ending(By.CLIENT, ReasonCode.KEEP_ALIVE_TIMEOUT, "").isDrop())
                .isTrue();
    }
}
