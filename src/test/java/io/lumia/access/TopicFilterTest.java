package io.lumia.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicFilterTest {
    @ParameterizedTest
    @CsvSource({
        "sport/tennis/#, sport/tennis, true",
        "sport/tennis/#, sport/tennis/a/b, true",
        "sport/+, sport, false",
        "sport/+, sport/, true",
        "+/+, /finance, true",
        "/+, /finance, true",
        "+, /finance, false",
        "#, $SYS/a, false",
        "+/a, $SYS/a, false",
        "$SYS/#, $SYS/a, true",
        "a/b, a/bc, false",
        "a/b, a/b/, false",
        "a/+/c, a/b/c, true",
        "a/+/c, a/b/c/d, false",
    })
    void matches_as_mqtt_4_7_says(String filter, String topic, boolean matches) {
        assertThat(TopicFilter.parse(filter).matches(topic)).isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a#", "a/#/b", "a+/b", "+a", "a\0b"})
    void refuses_what_is_no_filter(String text) {
        assertThatThrownBy(() -> TopicFilter.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void bounds_the_number_of_levels() {
        assertThat(TopicFilter.isTopic("/".repeat(99))).isTrue();
        assertThat(TopicFilter.isTopic("/".repeat(100))).isFalse();
    }

    @Test
    void covers_exactly_when_every_topic_of_the_other_is_matched() {
        var topics = texts(List.of("", "a", "b", "$s"), 4);
        var filters = texts(List.of("", "a", "$s", "+", "#"), 3).stream()
                .filter(text -> !text.isEmpty() && (text.indexOf('#') < 0 || text.indexOf('#') == text.length() - 1))
                .map(TopicFilter::parse)
                .toList();
        for (TopicFilter wide : filters) {
            for (TopicFilter narrow : filters) {
                boolean all = topics.stream()
                        .filter(topic -> !topic.isEmpty() && narrow.matches(topic))
                        .allMatch(wide::matches);
                // "/#" would match the empty topic too, were there one: refusing it errs on the safe side
                boolean emptyParent = wide.text().endsWith("+/#")
                        && !wide.text().equals("+/#")
                        && narrow.text().equals("/#");
                assertThat(wide.covers(narrow)).as(wide + " covers " + narrow).isEqualTo(all && !emptyParent);
            }
        }
    }

    private static List<String> texts(List<String> levels, int depth) {
        var all = new ArrayList<>(levels);
        var longest = levels;
        for (int i = 1; i < depth; i++) {
            var longer = new ArrayList<String>();
            for (String text : longest) {
                levels.forEach(level -> longer.add(text + "/" + level));
            }
            all.addAll(longer);
            longest = longer;
        }
        return all;
    }

    @ParameterizedTest
    @CsvSource({
        "a/b, a/b, true",
        "a/b, a/c, false",
        "a/+, +/b, true",
        "a/+, a, false",
        "a/#, a, true",
        "#, a/b, true",
        "a/b/#, a/+, true",
        "a/b/c, a/+, false",
        "'#', '$SYS/x', false",
        "'$SYS/#', '$SYS/x', true"
    })
    void overlaps_where_one_topic_fits_both(String one, String other, boolean expected) {
        assertThat(TopicFilter.parse(one).overlaps(TopicFilter.parse(other))).isEqualTo(expected);
        assertThat(TopicFilter.parse(other).overlaps(TopicFilter.parse(one))).isEqualTo(expected);
    }
}
