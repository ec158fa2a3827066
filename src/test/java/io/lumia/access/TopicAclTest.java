package io.lumia.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.access.TopicAcl.Rule;
import java.util.List;
import org.junit.jupiter.api.Test;

class TopicAclTest {
    private final TopicAcl acl = new TopicAcl(List.of(
            new Rule("lumia-app", List.of("devices/+/commands"), List.of("devices/+/telemetry/#")),
            new Rule("*", List.of("clients/%c/up"), List.of("broadcast/#", "clients/%c/down", "people/%u"))));

    @Test
    void lets_a_device_use_its_own_topics_and_no_others() {
        var rights = acl.rights(Standing.DEVICE, "dev-1", "c");
        assertThat(rights.mayPublish("devices/dev-1/telemetry")).isTrue();
        assertThat(rights.mayPublish("devices/dev-2/telemetry")).isFalse();
        assertThat(rights.mayPublish("devices/dev-10")).isFalse();
        assertThat(rights.maySubscribe(TopicFilter.parse("devices/dev-1/#"))).isTrue();
        assertThat(rights.maySubscribe(TopicFilter.parse("devices/dev-1/+/x"))).isTrue();
        assertThat(rights.maySubscribe(TopicFilter.parse("devices/+/x"))).isFalse();
        assertThat(rights.maySubscribe(TopicFilter.parse("devices/#"))).isFalse();
        assertThat(rights.maySubscribe(TopicFilter.parse("#"))).isFalse();
    }

    @Test
    void gives_a_guest_what_the_rules_say_only() {
        var rights = acl.rights(Standing.GUEST, "lumia-app", "c");
        assertThat(rights.mayPublish("devices/lumia-app/x")).isFalse();
        assertThat(rights.mayPublish("devices/dev-1/commands")).isTrue();
        assertThat(rights.maySubscribe(TopicFilter.parse("devices/+/telemetry/a")))
                .isTrue();
        assertThat(rights.maySubscribe(TopicFilter.parse("devices/+/+"))).isFalse();
    }

    @Test
    void puts_client_id_and_identity_in() {
        var rights = acl.rights(Standing.DEVICE, "dev-1", "client-7");
        assertThat(rights.mayPublish("clients/client-7/up")).isTrue();
        assertThat(rights.mayPublish("clients/dev-1/up")).isFalse();
        assertThat(rights.maySubscribe(TopicFilter.parse("people/dev-1"))).isTrue();
    }

    @Test
    void leaves_out_a_filter_whose_client_id_brings_wildcards_or_levels() {
        for (String clientId : List.of("+", "#", "a/b", "a+", "")) {
            var rights = acl.rights(Standing.DEVICE, "dev-1", clientId);
            assertThat(rights.mayPublish("clients/" + clientId + "/up")).isFalse();
            assertThat(rights.mayPublish("clients/x/up")).isFalse();
            assertThat(rights.maySubscribe(TopicFilter.parse("clients/x/down"))).isFalse();
        }
        assertThat(acl.rights(Standing.DEVICE, "dev-1", "%u").mayPublish("clients/dev-1/up"))
                .isFalse();
    }

    @Test
    void keeps_clients_out_of_the_brokers_own_topics() {
        var generous = new TopicAcl(List.of(new Rule("*", List.of("#", "$SYS/#", "%c/#"), List.of("#"))));
        assertThat(generous.rights(Standing.DEVICE, "dev-1", "$SYS").mayPublish("$SYS/a"))
                .isFalse();
        assertThat(generous.rights(Standing.DEVICE, "dev-1", "c").mayPublish("anything"))
                .isTrue();
    }

    @Test
    void names_the_filter_that_is_none() {
        assertThatThrownBy(() -> new Rule("x", List.of("a/#/b"), List.of()))
                .hasMessageContaining("a/#/b")
                .hasMessageContaining("last level");
    }
}
