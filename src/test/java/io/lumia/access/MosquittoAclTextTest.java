package io.lumia.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MosquittoAclTextTest {
    private static final List<TopicAcl.Rule> RULES = List.of(
            new TopicAcl.Rule("lumia-app", List.of("devices/+/commands"), List.of("devices/+/telemetry")),
            new TopicAcl.Rule("*", List.of("alerts/%u"), List.of("news/#", "to/%c")),
            new TopicAcl.Rule("own place", List.of("places/%u/#"), List.of()));

    @Test
    void is_written_as_mosquitto_reads_it() {
        assertThat(MosquittoAclText.of(RULES).lines().toList())
                .containsSubsequence(
                        "user lumia-app", "topic write devices/+/commands", "topic read devices/+/telemetry")
                .containsSubsequence("user own place", "topic write places/own place/#")
                .containsSubsequence(
                        "pattern readwrite devices/%u/#",
                        "pattern write alerts/%u", "pattern read news/#", "pattern read to/%c");
    }

    @ParameterizedTest
    @CsvSource({
        "dev-0001,  devices/dev-0001/telemetry",
        "dev-0001,  devices/dev-0002/telemetry",
        "dev-0001,  devices/dev-0002/commands",
        "dev-0001,  alerts/dev-0001",
        "dev-0001,  alerts/dev-0002",
        "dev-0001,  news/today",
        "dev-0001,  to/client-1",
        "lumia-app, devices/dev-0002/commands",
        "lumia-app, devices/dev-0002/telemetry",
        "own place, places/own place/door",
        "own place, places/else/door",
    })
    void gives_the_same_rights_as_our_own_broker(String identity, String topic) {
        var ours = new TopicAcl(RULES).rights(Standing.DEVICE, identity, "client-1");
        var theirs = new TopicAcl(List.of(), MosquittoAcl.parse(MosquittoAclText.of(RULES)))
                .rights(Standing.GUEST, identity, "client-1");
        assertThat(theirs.mayPublish(topic)).as("publish").isEqualTo(ours.mayPublish(topic));
        assertThat(theirs.mayRead(topic)).as("read").isEqualTo(ours.mayRead(topic));
    }

    @Test
    void says_what_the_format_cannot_express() {
        assertThatThrownBy(() -> MosquittoAclText.of(List.of(new TopicAcl.Rule("x", List.of("a/%c"), List.of()))))
                .hasMessageContaining("'x'")
                .hasMessageContaining("%c");
        assertThatThrownBy(() -> MosquittoAclText.of(List.of(new TopicAcl.Rule("x\ntopic #", List.of("a"), List.of()))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MosquittoAclText.of(
                        List.of(new TopicAcl.Rule("x", List.of("a\npattern readwrite #"), List.of()))))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
