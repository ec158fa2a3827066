package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.config.HostPort;
import io.lumia.fakes.FreePort;
import io.lumia.renewal.target.HaproxyConfiguration;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configuration that Lumia generates, in a real HAProxy. */
class HaproxyIT {
    /** Of the PROXY protocol's version 2. */
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a21";

    /** Version and command in the header of a health check. */
    private static final byte LOCAL = 0x20;

    @TempDir
    Path directory;

    @Test
    void is_valid_for_several_brokers_and_addresses_of_either_kind() throws Exception {
        var configuration = new HaproxyConfiguration(
                HostPort.parse("[::]:8883"),
                List.of(HostPort.parse("127.0.0.1:18883"), HostPort.parse("[::1]:28883")),
                true);
        var printed = haproxy().run("-c", "-f", file(configuration));
        assertThat(printed).contains("valid").doesNotContain("WARNING");
    }

    @Test
    void passes_on_what_comes_as_it_is_and_with_the_clients_address_where_that_is_wanted() throws Exception {
        for (boolean proxyProtocol : List.of(false, true)) {
            assertThat(received(proxyProtocol)).isEqualTo(proxyProtocol ? SIGNATURE : "16030100ff16030100ff160301");
        }
    }

    /** The first octets that reach a broker when a client begins with 16 03 01 00 ff, again and again. */
    private String received(boolean proxyProtocol) throws Exception {
        try (var broker = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            broker.setSoTimeout(20_000);
            int port = FreePort.anywhere();
            var configuration = new HaproxyConfiguration(
                    new HostPort("127.0.0.1", port),
                    List.of(new HostPort("127.0.0.1", broker.getLocalPort())),
                    proxyProtocol);
            try (var running = haproxy().begin("-db", "-f", file(configuration));
                    var client = PassThrough.connect(running, port)) {
                client.getOutputStream().write(HexFormat.of().parseHex("16030100ff".repeat(4)));
                return HexFormat.of().formatHex(first(broker, SIGNATURE.length() / 2));
            }
        }
    }

    /** Health checks connect too, and say nothing. */
    private static byte[] first(ServerSocket broker, int octets) throws Exception {
        while (true) {
            try (Socket accepted = broker.accept()) {
                var read = accepted.getInputStream().readNBytes(octets);
                if (read.length == octets && read[octets - 1] != LOCAL) {
                    return read;
                }
            }
        }
    }

    private ExternalProgram haproxy() {
        return ExternalProgram.find("haproxy", Map.of(), directory);
    }

    private String file(HaproxyConfiguration configuration) throws Exception {
        return Files.writeString(directory.resolve("haproxy.cfg"), configuration.text())
                .toString();
    }
}
