package io.lumia.bus;

import io.vertx.core.Vertx;
import io.vertx.core.shareddata.Shareable;
import java.util.HexFormat;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * One run of one process of the fleet.
 *
 * @param name as operators call the node; the same after a restart
 * @param incarnation 16 hexadecimal digits, another one after each start. {@link Call#askNode} finds the node by it
 */
public record NodeId(String name, String incarnation) implements Shareable {
    private static final String PLACE = "lumia.node";
    private static final String SELF = "self";

    /** A start of the node of this name. */
    public static NodeId started(String name, RandomGenerator random) {
        return new NodeId(name, HexFormat.of().toHexDigits(random.nextLong()));
    }

    /** Of this process, after {@link FleetBus#install}; with or without a cluster. */
    public static NodeId of(Vertx vertx) {
        var self = vertx.sharedData().<String, NodeId>getLocalMap(PLACE).get(SELF);
        return Objects.requireNonNull(self, "FleetBus.install comes first");
    }

    void install(Vertx vertx) {
        vertx.sharedData().<String, NodeId>getLocalMap(PLACE).put(SELF, this);
    }
}
