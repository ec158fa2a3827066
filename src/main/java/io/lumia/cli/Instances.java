package io.lumia.cli;

import io.lumia.bus.NodeId;
import io.lumia.config.LumiaConfig;
import io.lumia.config.RenewalConfig;
import io.lumia.config.RenewalTargetConfig;
import io.lumia.issuance.CertificateSources;
import io.lumia.renewal.InstanceRenewalVerticle;
import io.lumia.renewal.RenewalTurn;
import io.lumia.renewal.Renewals;
import io.lumia.store.Leases;
import io.lumia.store.Store;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The renewals of the configured instances, with everything that they take. */
final class Instances {
    private Instances() {}

    /** @param sources those of the process */
    static Renewals renewals(Vertx vertx, LumiaConfig config, CertificateSources sources, Clock clock) {
        return new Renewals(
                vertx,
                config.renewal(),
                config.tls(),
                config.emqx(),
                config.data(),
                (name, instance) -> sources.chain(name, instance.issuer(), instance.fallback()),
                clock);
    }

    /**
     * @param sources those of the process
     * @param store null where it is not in this process
     */
    static InstanceRenewalVerticle verticle(
            Vertx vertx, LumiaConfig config, CertificateSources sources, @Nullable Store store, Clock clock) {
        return new InstanceRenewalVerticle(
                renewals(vertx, config, sources, clock),
                store == null ? RenewalTurn.ALONE : turn(config.renewal(), leased(vertx, store.leases())),
                config.renewal().checkInterval(),
                clock,
                new SecureRandom());
    }

    /** By the node's name, so that a node that starts anew has its turns at once. */
    private static RenewalTurn leased(Vertx vertx, Leases leases) {
        return (instance, time) -> leases.take(
                        "renewal:" + instance, NodeId.of(vertx).name(), time)
                .map(Optional::isPresent);
    }

    /**
     * Files are each node's own; EMQX is one for all nodes that name it.
     *
     * @param leased one node at a time
     */
    static RenewalTurn turn(RenewalConfig renewal, RenewalTurn leased) {
        return (instance, time) -> {
            var target =
                    Objects.requireNonNull(renewal.instances().get(instance)).target();
            return (target.type() == RenewalTargetConfig.Type.EMQX ? leased : RenewalTurn.ALONE).take(instance, time);
        };
    }
}
