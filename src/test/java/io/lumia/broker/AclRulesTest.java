package io.lumia.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.access.Standing;
import io.lumia.config.BrokerConfig;
import io.lumia.config.CannotStart;
import io.lumia.config.Durability;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AclRulesTest {
    @TempDir
    Path directory;

    @Test
    void reads_the_rules_of_the_file() throws Exception {
        var rules = rules("- {identity: lumia-app, subscribe: ['devices/#']}\n- identity: '*'\n  publish: [up/%c]\n");
        var acl = rules.read();
        assertThat(acl.rights(Standing.GUEST, "lumia-app", "c").mayRead("devices/d/x"))
                .isTrue();
        assertThat(acl.rights(Standing.GUEST, "another", "c").mayRead("devices/d/x"))
                .isFalse();
        assertThat(acl.rights(Standing.GUEST, "another", "c").mayPublish("up/c"))
                .isTrue();
    }

    @Test
    void names_file_rule_and_filter_when_one_is_wrong() throws Exception {
        assertThatThrownBy(() -> rules("- {identity: a, publish: ['x/#/y']}").read())
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("acl.yaml, rule 1")
                .hasMessageContaining("x/#/y");
    }

    @Test
    void reads_mosquittos_format_whatever_the_file_is_called() throws Exception {
        var acl = rules("# who may what\n\nuser lumia-app\ntopic read devices/#\n")
                .read();
        assertThat(acl.rights(Standing.GUEST, "lumia-app", "c").mayRead("devices/d/x"))
                .isTrue();
        assertThat(acl.rights(Standing.GUEST, "another", "c").mayRead("devices/d/x"))
                .isFalse();
    }

    @Test
    void names_file_line_and_what_was_expected_in_mosquittos_format() {
        assertThatThrownBy(() -> rules("user a\n# fine\ntopic reed x\n").read())
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("acl.yaml, line 3: access 'reed'; expected read, write, readwrite or deny");
    }

    @Test
    void names_the_file_when_it_is_missing_or_no_list_of_rules() throws Exception {
        for (String text : List.of("nonsense: [", "just text", "- {identity: a, publishes: [x]}")) {
            assertThatThrownBy(() -> rules(text).read())
                    .isInstanceOf(CannotStart.class)
                    .hasMessageContaining("acl.yaml");
        }
        assertThatThrownBy(() -> new AclRules(config(directory.resolve("none.yaml"))).read())
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("does not exist");
    }

    private AclRules rules(String text) throws Exception {
        var file = directory.resolve("acl.yaml");
        Files.writeString(file, text);
        return new AclRules(config(file));
    }

    private static BrokerConfig config(Path file) {
        return new BrokerConfig(
                "127.0.0.1",
                0,
                List.of("localhost"),
                1,
                10,
                65_536,
                Duration.ofSeconds(5),
                10,
                10,
                Duration.ofHours(1),
                10,
                Durability.PROCESS,
                true,
                BrokerConfig.SharedCertificate.WARN,
                Duration.ZERO,
                TestBroker.LIMITS,
                BrokerConfig.IdentitySource.CN,
                List.of(),
                null,
                List.of(),
                List.of(),
                Duration.ofMillis(20),
                file,
                List.of(),
                TestBroker.SECTION);
    }
}
