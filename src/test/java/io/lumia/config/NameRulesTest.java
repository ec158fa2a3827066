package io.lumia.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.access.AddressRange;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NameRulesTest {
    private static final NameRules RULES = new NameRules(
            List.of("example.com", "*.org.test", "site-*.net.test"),
            List.of("secret.example.com", "db-*.example.com"),
            List.of(AddressRange.parse("10.0.0.0/8")),
            List.of(AddressRange.parse("10.9.0.0/16")));

    @ParameterizedTest
    @CsvSource({
        "example.com, true",
        "a.b.Example.com, true",
        "badexample.com, false",
        "secret.example.com, false",
        "x.secret.example.com, false",
        "db-1.example.com, false",
        "a.db-1.example.com, true",
        "a.org.test, true",
        "*.org.test, true",
        "a.b.org.test, false",
        "org.test, false",
        "site-7.net.test, true",
        "site-7.x.net.test, false",
        "*.net.test, false",
        "10.1.1.1, true",
        "10.9.1.1, false",
        "192.0.2.1, false"
    })
    void certifies_what_is_allowed_and_not_denied(String name, boolean certified) {
        assertThat(RULES.refusal(name).isEmpty()).isEqualTo(certified);
    }

    @ParameterizedTest
    @ValueSource(strings = {"*.example.com", "*.secret.example.com"})
    void a_wildcard_that_covers_a_denied_name_is_denied(String wildcard) {
        assertThat(RULES.refusal(wildcard)).contains("it is denied");
    }

    @Test
    void a_wildcard_beside_the_denied_names_is_certified() {
        assertThat(RULES.refusal("*.other.example.com")).isEmpty();
    }

    @Test
    void what_is_allowed_leaves_nothing_else() {
        var names = new NameRules(List.of("example.com"), null, null, null);
        assertThat(names.refusal("192.0.2.1")).isPresent();
        var addresses = new NameRules(null, null, List.of(AddressRange.parse("10.0.0.0/8")), null);
        assertThat(addresses.refusal("example.com")).isPresent();
        var denials = new NameRules(null, List.of("example.com"), null, null);
        assertThat(denials.refusal("example.org")).isEmpty();
        assertThat(denials.refusal("192.0.2.1")).isEmpty();
        assertThat(NameRules.ALL.refusal("*.anything.test")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a..b", "http://a.b", "(a|b).c", "a b.c"})
    void an_entry_that_is_neither_domain_nor_pattern_is_refused(String entry) {
        assertThatThrownBy(() -> new NameRules(List.of(entry), null, null, null))
                .hasMessageContaining("allow-dns");
    }
}
