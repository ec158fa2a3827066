package io.lumia.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {
    @ParameterizedTest
    @CsvSource({
        "127.20.0.0/16, 127.20.255.255, true",
        "127.20.0.0/16, 127.21.0.0, false",
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7, 192.0.2.8, false",
        "192.0.2.0/25, 192.0.2.127, true",
        "192.0.2.0/25, 192.0.2.128, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, ::1, false",
        "2001:db8::/32, 2001:db8:ffff::1, true",
        "2001:db8::/32, 2001:db9::1, false",
        "192.0.2.7, ::ffff:192.0.2.7, true"
    })
    void holds_the_addresses_that_share_its_prefix(String range, String address, boolean held) {
        assertThat(AddressRange.parse(range).contains(AddressRange.address(address)))
                .isEqualTo(held);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "127.0.0.1/33",
                "127.0.0.256",
                "999.1.1.1",
                "::1/129",
                "127.0.0.1/",
                "127.0.0.1/8/8",
                "127.0.0",
                "256.0.0.1",
                "1.2.3.4/-1"
            })
    void refuses_what_is_no_range_and_names_it(String text) {
        assertThatThrownBy(() -> AddressRange.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @Test
    void proposes_the_network_when_host_bits_are_set() {
        assertThatThrownBy(() -> AddressRange.parse("192.0.2.77/24")).hasMessageContaining("192.0.2.0/24");
    }

    @Test
    void covers_a_span_of_addresses_exactly() {
        var first = AddressRange.address("127.20.0.1");
        var last = AddressRange.address("127.20.0.26");

        var ranges = AddressRange.covering(first, last);

        assertThat(ranges)
                .extracting(AddressRange::toString)
                .containsExactly(
                        "127.20.0.1",
                        "127.20.0.2/31",
                        "127.20.0.4/30",
                        "127.20.0.8/29",
                        "127.20.0.16/29",
                        "127.20.0.24/31",
                        "127.20.0.26");
        assertThat(ranges).noneMatch(range -> range.contains(AddressRange.address("127.20.0.27")));
    }

    @Test
    void finds_the_nth_address_and_refuses_one_outside() {
        var range = AddressRange.parse("127.20.0.0/24");
        assertThat(range.nth(255).getHostAddress()).isEqualTo("127.20.0.255");
        assertThatThrownBy(() -> range.nth(256)).hasMessageContaining("127.20.0.0/24");
    }
}
