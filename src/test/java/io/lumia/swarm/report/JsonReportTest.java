package io.lumia.swarm.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JsonReportTest {
    @Test
    void has_what_others_rely_on_in_milliseconds() {
        var json = JsonReport.of(Reports.report("a machine", Limits.NONE));

        assertThat(json.getInteger("devices")).isEqualTo(10);
        assertThat(json.getInteger("connected")).isEqualTo(9);
        assertThat(json.getInteger("enrolled")).isEqualTo(10);
        assertThat(json.getLong("renewals")).isEqualTo(20);
        assertThat(json.getLong("dropped")).isEqualTo(4);
        assertThat(json.getLong("lost")).isEqualTo(2);
        assertThat(json.getLong("duplicated")).isEqualTo(3);
        var delivery = json.getJsonObject("delivery");
        assertThat(delivery.getDouble("p50")).isBetween(9.9, 10.1);
        assertThat(delivery.getDouble("p99")).isBetween(699.0, 701.0);
        assertThat(delivery.getDouble("max")).isBetween(699.0, 701.0);
        assertThat(json.getJsonArray("timeline")).hasSize(2);
        assertThat(json.getBoolean("held")).isTrue();
    }
}
