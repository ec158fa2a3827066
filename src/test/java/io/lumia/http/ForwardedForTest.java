package io.lumia.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.access.AddressRange;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForwardedForTest {
    private static final List<AddressRange> PROXIES =
            List.of(AddressRange.parse("10.0.0.0/8"), AddressRange.parse("fd00::/8"));

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            192.0.2.1 | 198.51.100.1           | 192.0.2.1
            10.0.0.1  | 198.51.100.1           | 198.51.100.1
            10.0.0.1  | 1.1.1.1, 198.51.100.1  | 198.51.100.1
            10.0.0.1  | 198.51.100.1, 10.9.9.9 | 198.51.100.1
            10.0.0.1  | 10.1.1.1,10.2.2.2      | 10.1.1.1
            fd00::1   | 2001:db8::7            | 2001:db8:0:0:0:0:0:7
            """)
    void takes_the_rightmost_address_that_is_no_proxy(String socket, String header, String client) {
        assertThat(client(socket, header).getHostAddress()).isEqualTo(client);
    }

    @Test
    void without_a_header_it_is_the_proxy_itself() {
        assertThat(ForwardedFor.client(AddressRange.address("10.0.0.1"), List.of(), PROXIES)
                        .getHostAddress())
                .isEqualTo("10.0.0.1");
    }

    @Test
    void refuses_a_malformed_header_that_counts_and_ignores_one_that_does_not() {
        assertThatThrownBy(() -> client("10.0.0.1", "evil.example"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'evil.example'");
        assertThat(client("192.0.2.1", "evil.example").getHostAddress()).isEqualTo("192.0.2.1");
    }

    private static InetAddress client(String socket, String header) {
        return ForwardedFor.client(AddressRange.address(socket), List.of(header), PROXIES);
    }
}
