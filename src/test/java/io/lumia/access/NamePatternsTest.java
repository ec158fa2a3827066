package io.lumia.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamePatternsTest {
    @ParameterizedTest
    @CsvSource({
        "dev-1, dev-1, true",
        "dev-1, dev-10, false",
        "dev-1, DEV-1, false",
        "line-*, line-7, true",
        "line-*, line-, true",
        "line-*, a-line-7, false",
        "*.plant.example, a.plant.example, true",
        "*.plant.example, aXplantXexample, false",
        "a*c, abbbc, true",
        "(a|b), a, false",
        "*, anything, true"
    })
    void knows_names_and_stars_and_nothing_else(String pattern, String name, boolean matches) {
        assertThat(new NamePatterns(List.of(pattern)).matches(name)).isEqualTo(matches);
    }

    @Test
    void reads_one_name_a_line() {
        var names = NamePatterns.parse("# ours\n\ndev-1\r\n  line-*  \n");
        assertThat(names.matches("dev-1")).isTrue();
        assertThat(names.matches("line-2")).isTrue();
        assertThat(names.matches("# ours")).isFalse();
    }

    @Test
    void takes_a_file_without_names_for_a_mistake() {
        assertThatThrownBy(() -> NamePatterns.parse("# nobody\n")).hasMessageContaining("it names nobody");
        assertThatThrownBy(() -> NamePatterns.parse("a\nb c\n")).hasMessageContaining("line 2");
    }
}
