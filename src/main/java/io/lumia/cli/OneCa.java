package io.lumia.cli;

import io.lumia.authority.CaCertificates;
import io.lumia.bus.NodeId;
import io.lumia.config.CannotStart;
import io.lumia.config.LumiaConfig;
import io.lumia.config.Part;
import io.lumia.store.Store;
import io.lumia.tls.NodeCredentials;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;

/** Nodes that share a database share one CA: the database remembers whose it is, and a node with another one does not start. */
record OneCa(LumiaConfig config, Store store, NodeId self) {
    private static final String NODES = "cluster.node-root";
    private static final String MAKER = "cluster.ca-maker";
    private static final String ROOT = "cluster.root";

    /** @return fails with {@link CannotStart}, naming what to copy */
    Future<?> demand(NodeCredentials credentials) {
        return demandSame(NODES, credentials.root().hex(), "nodes.crt and nodes.key")
                .compose(same -> config.runs(Part.AUTHORITY) ? demandOwn() : Future.succeededFuture());
    }

    /** Of a CA that this start made. */
    Future<?> remember() {
        return demandSame(ROOT, CaCertificates.read(config.data()).fingerprint().hex(), "the files of the CA");
    }

    /** A node without a CA makes one; of several, the first that says so. */
    private Future<?> demandOwn() {
        if (Files.exists(directory().resolve("root.crt"))) {
            return remember();
        }
        return store.settings()
                .keepFirst(MAKER, self.name())
                .compose(
                        maker -> maker.equals(self.name())
                                ? Future.succeededFuture()
                                : Future.failedFuture(
                                        new CannotStart(
                                                "there is no CA in " + directory() + ", and node " + maker
                                                        + " makes the one of this cluster: copy its DATA/ca to this node, and start it again")));
    }

    private Future<?> demandSame(String key, String own, String what) {
        return store.settings()
                .keepFirst(key, own)
                .compose(known -> known.equals(own)
                        ? Future.succeededFuture()
                        : Future.failedFuture(new CannotStart(what + " in " + directory()
                                + " are not those of the cluster on this database (" + own.substring(0, 16) + "… here, "
                                + known.substring(0, 16)
                                + "… there): copy DATA/ca from a node that runs, or name another database")));
    }

    private Path directory() {
        return config.data().resolve("ca").toAbsolutePath();
    }
}
