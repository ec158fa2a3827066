package io.lumia.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.access.TopicRights.Reading;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What mosquitto.conf(5) says of acl_file, and what Mosquitto does with it. */
class MosquittoAclTest {
    private static final String FILE = """
            # who may what
            topic read anonymous/#
            pattern read people/%u/#
            pattern write up/%c
            pattern deny people/%u/secret

            user roger
            topic readwrite foo/bar
            topic read tree/#
            topic deny tree/secret
            topic   write    with space/x
            topic both/ways
            topic read people/roger/secret
            topic read $SYS/broker/uptime
            """;

    private final TopicAcl acl = new TopicAcl(List.of(), MosquittoAcl.parse(FILE));

    @ParameterizedTest
    @CsvSource({
        "roger,foo/bar,rw",
        "roger,tree/leaf,r",
        "roger,tree/secret,-",
        "roger,with space/x,w",
        "roger,both/ways,rw",
        "roger,people/roger/a,r",
        "roger,people/emma/a,-",
        "roger,up/c-1,w",
        "roger,up/roger,-",
        "roger,anonymous/x,-",
        "roger,$SYS/broker/uptime,r",
        "roger,$SYS/broker/other,-",
        // a user's own lines decide before the patterns
        "roger,people/roger/secret,r",
        "emma,people/emma/secret,-",
        "emma,people/emma/other,r",
        "emma,foo/bar,-"
    })
    void decides_as_mosquitto_does(String user, String topic, String expected) {
        var rights = acl.rights(Standing.GUEST, user, "c-1");
        var given = (rights.mayRead(topic) ? "r" : "") + (rights.mayPublish(topic) ? "w" : "");
        assertThat(given.isEmpty() ? "-" : given).isEqualTo(expected);
    }

    @Test
    void grants_a_subscription_of_which_something_may_be_read() {
        var rights = acl.rights(Standing.GUEST, "roger", "c-1");
        assertThat(rights.reading(TopicFilter.parse("foo/bar"))).isEqualTo(Reading.ALL);
        assertThat(rights.reading(TopicFilter.parse("tree/#"))).isEqualTo(Reading.SOME);
        assertThat(rights.reading(TopicFilter.parse("#"))).isEqualTo(Reading.SOME);
        assertThat(rights.reading(TopicFilter.parse("tree/secret"))).isEqualTo(Reading.NONE);
        assertThat(rights.reading(TopicFilter.parse("elsewhere/#"))).isEqualTo(Reading.NONE);
    }

    @Test
    void a_denial_holds_against_the_rules_and_the_devices_own_topics() {
        var rules = List.of(new TopicAcl.Rule("*", List.of("shared/#"), List.of("shared/#")));
        var both = new TopicAcl(rules, MosquittoAcl.parse("pattern deny shared/closed\npattern deny devices/%u/x\n"));
        var rights = both.rights(Standing.DEVICE, "dev-1", "c");
        assertThat(rights.mayPublish("shared/open")).isTrue();
        assertThat(rights.mayPublish("shared/closed")).isFalse();
        assertThat(rights.mayRead("shared/closed")).isFalse();
        assertThat(rights.mayPublish("devices/dev-1/x")).isFalse();
        assertThat(rights.reading(TopicFilter.parse("devices/dev-1/#"))).isEqualTo(Reading.SOME);
    }

    @Test
    void a_name_with_wildcards_gets_no_pattern() {
        for (String name : List.of("+", "#", "a/b")) {
            assertThat(acl.rights(Standing.GUEST, "roger", name).mayPublish("up/x"))
                    .isFalse();
            assertThat(acl.rights(Standing.GUEST, name, "c").mayRead("people/emma/other"))
                    .isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "topic reed x,line 1: access 'reed'",
        "topic,line 1: no topic",
        "user,line 1: user without a name",
        "tropic a,line 1: begins with 'tropic'",
        "topic read a/#/b,line 1: in a topic filter"
    })
    void names_the_line_that_is_wrong(String line, String message) {
        assertThatThrownBy(() -> MosquittoAcl.parse(line)).hasMessageContaining(message);
    }

    @Test
    void counts_the_lines_that_are_for_clients_without_a_name() {
        assertThat(MosquittoAcl.parse(FILE).forAnonymous()).isEqualTo(1);
    }

    @Test
    void is_told_from_yaml_by_the_first_line_that_says_something() {
        assertThat(MosquittoAcl.isWrittenIn(FILE)).isTrue();
        assertThat(MosquittoAcl.isWrittenIn("# topic\n- {identity: a}")).isFalse();
        assertThat(MosquittoAcl.isWrittenIn("")).isFalse();
    }
}
