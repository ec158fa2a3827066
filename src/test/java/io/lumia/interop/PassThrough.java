package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.config.HostPort;
import io.lumia.fakes.FreePort;
import io.lumia.renewal.target.HaproxyConfiguration;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A real HAProxy with the configuration that Lumia generates, before one broker. */
final class PassThrough implements AutoCloseable {
    final int port;
    private final ExternalProgram.Running running;

    /** Skips the test where HAProxy is not installed. */
    PassThrough(Path directory, int brokerPort) throws Exception {
        var haproxy = ExternalProgram.find("haproxy", Map.of(), directory);
        port = FreePort.anywhere();
        var configuration = new HaproxyConfiguration(
                new HostPort("127.0.0.1", port), List.of(new HostPort("127.0.0.1", brokerPort)), false);
        var file = Files.writeString(directory.resolve("haproxy.cfg"), configuration.text())
                .toString();
        haproxy.run("-c", "-f", file);
        running = haproxy.begin("-db", "-f", file);
        connect(running, port).close();
    }

    /** Waits until it listens. */
    static Socket connect(ExternalProgram.Running running, int port) throws Exception {
        while (true) {
            try {
                return new Socket(InetAddress.getLoopbackAddress(), port);
            } catch (IOException notYet) {
                assertThat(running.process().waitFor(20, TimeUnit.MILLISECONDS))
                        .as(running.printed())
                        .isFalse();
            }
        }
    }

    @Override
    public void close() {
        running.close();
    }
}
