package io.lumia.cli;

import io.lumia.config.LumiaConfig;
import io.lumia.issuance.CertificateSources;
import io.lumia.renewal.InstanceRenewalVerticle;
import io.lumia.renewal.Renewals;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.Clock;

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

    /** @param sources those of the process */
    static InstanceRenewalVerticle verticle(Vertx vertx, LumiaConfig config, CertificateSources sources, Clock clock) {
        return new InstanceRenewalVerticle(
                renewals(vertx, config, sources, clock), config.renewal().checkInterval(), clock, new SecureRandom());
    }
}
