package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Several processes as one; the {@code cluster} block.
 *
 * @param node as this process is called among the nodes; null: as its host
 * @param host address of this node on the network that the nodes have for themselves
 * @param port at which nodes find each other
 * @param busPort at which they talk, by TLS alone
 * @param members where nodes are looked for, this one may be among them
 * @param name of the cluster; nodes of another one are not let in
 */
public record ClusterConfig(
        boolean enabled,
        @Nullable String node,
        String host,
        int port,
        @JsonProperty("bus-port") int busPort,
        List<HostPort> members,
        String name,
        Tls tls) {
    /** As a host is called. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    public ClusterConfig {
        Check.port("port", port);
        Check.port("bus-port", busPort);
        members = List.copyOf(members);
        Check.that(node == null || NAME.matcher(node).matches(), "node must be a name as hosts have, is " + node);
        Check.that(NAME.matcher(name).matches(), "name must be a name as hosts have, is " + name);
        if (enabled) {
            Check.that(
                    !host.equals("0.0.0.0") && !host.equals("::"),
                    "host must be the address at which the other nodes reach this one, is " + host);
            Check.that(port > 0, "port must be one that the other nodes can know, is 0");
            Check.that(!members.isEmpty(), "members must name the nodes, HOST:PORT each");
        }
    }

    /**
     * By what the nodes know each other.
     *
     * @param certFile chain of this node, leaf first; null: made from the CA's directory at each start
     * @param caFiles roots that vouch for nodes and for nobody else
     */
    public record Tls(
            @JsonProperty("cert-file") @Nullable Path certFile,
            @JsonProperty("key-file") @Nullable Path keyFile,
            @JsonProperty("ca-files") List<Path> caFiles) {
        public Tls {
            caFiles = List.copyOf(caFiles);
            TlsSection.demandPair(certFile, keyFile);
            Check.that(
                    (certFile == null) == caFiles.isEmpty(),
                    "cert-file, key-file and ca-files belong together: ca-files names the roots that vouch for nodes");
        }
    }
}
