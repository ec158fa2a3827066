package io.lumia.renewal.target;

import io.lumia.config.HostPort;
import java.util.ArrayList;
import java.util.List;

/**
 * HAProxy before brokers, passing TCP on: TLS, and with it the client's certificate, must reach the broker itself.
 *
 * @param bind where clients connect
 * @param brokers the least loaded that answers gets the next client
 * @param proxyProtocol tell the broker the client's address by the PROXY protocol; it must expect that
 */
public record HaproxyConfiguration(HostPort bind, List<HostPort> brokers, boolean proxyProtocol) {
    /** Longer than one and a half times the longest keep-alive (1 h) that our broker grants. */
    private static final String LONGER_THAN_KEEP_ALIVE = "2h";

    /** @throws IllegalArgumentException when there is no broker */
    public HaproxyConfiguration {
        brokers = List.copyOf(brokers);
        if (brokers.isEmpty()) {
            throw new IllegalArgumentException("name at least one broker, HOST:PORT");
        }
    }

    /** The whole file. */
    public String text() {
        var lines = new ArrayList<>(List.of(
                "# MQTT over TLS is passed on as it is (mode tcp). With mode http, or with ssl at bind, the broker would not see who",
                "# the client is. Check with: haproxy -c -f FILE. As many connections as half of ulimit -n allows.",
                "global",
                "    log stderr format raw local0 notice",
                "",
                "defaults",
                "    mode tcp",
                "    log global",
                "    option dontlognull",
                "    option clitcpka",
                "    option srvtcpka",
                "    timeout connect 5s",
                "    timeout client " + LONGER_THAN_KEEP_ALIVE,
                "    timeout server " + LONGER_THAN_KEEP_ALIVE,
                "",
                "frontend mqtt",
                "    bind " + bind,
                "    default_backend brokers",
                "",
                "backend brokers",
                "    balance leastconn"));
        for (int i = 0; i < brokers.size(); i++) {
            lines.add("    server broker" + (i + 1) + " " + brokers.get(i)
                    + " check inter 5s on-marked-down shutdown-sessions" + (proxyProtocol ? " send-proxy-v2" : ""));
        }
        return String.join("\n", lines) + "\n";
    }
}
