package io.lumia.upstream;

import java.net.URI;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The nodes of the authority: one is asked until it fails, then the one after it. On one event loop. */
final class Nodes {
    private static final Logger log = LoggerFactory.getLogger(Nodes.class);

    private final List<URI> all;
    private int current;

    Nodes(List<URI> all) {
        this.all = all;
    }

    URI current() {
        return all.get(current);
    }

    int size() {
        return all.size();
    }

    /** Does nothing when another question has met the failure before. */
    void failed(URI node, Throwable why) {
        if (all.size() > 1 && node.equals(current())) {
            current = (current + 1) % all.size();
            log.atWarn()
                    .addKeyValue("node", node)
                    .addKeyValue("reason", why.getMessage())
                    .addKeyValue("next", current())
                    .log("a node of the authority does not answer: the next one is asked");
        }
    }
}
