package io.lumia.authority.acme;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.access.AddressRange;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressPolicyTest {
    private final AddressPolicy usual = new AddressPolicy(List.of());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1", "127.20.0.3", "0.0.0.0", "169.254.169.254", "169.254.1.1", "224.0.0.1", "255.255.255.255",
                "::1", "::", "fe80::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::127.0.0.1",
                "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::1", "2001::1", "64:ff9b:1::7f00:1",
                        "168.63.129.16"
            })
    void refuses_addresses_that_lead_back_inside(String address) throws Exception {
        assertThat(usual.allows(InetAddress.getByName(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "10.1.2.3", "192.168.1.1", "2001:db8::1", "fd12:3456::1", "64:ff9b::c000:201"})
    void allows_public_and_private_ones(String address) throws Exception {
        assertThat(usual.allows(InetAddress.getByName(address))).isTrue();
    }

    @Test
    void allows_what_the_operator_lists() throws Exception {
        var listed = new AddressPolicy(List.of(AddressRange.parse("127.20.0.0/16")));
        assertThat(listed.allows(InetAddress.getByName("127.20.0.3"))).isTrue();
        assertThat(listed.allows(InetAddress.getByName("127.21.0.3"))).isFalse();
    }
}
