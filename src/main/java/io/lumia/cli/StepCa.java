package io.lumia.cli;

import io.lumia.agent.AgentEnvironment;
import io.lumia.config.BrokerConfig.TopicRule;
import io.lumia.config.CannotStart;
import io.lumia.config.LumiaConfig;
import io.lumia.config.Part;
import io.lumia.issuance.StepCaClient;
import io.lumia.mosquitto.MosquittoVerticle;
import io.lumia.stepca.StepCaVerticle;
import io.lumia.store.Store;
import io.lumia.tls.FleetTrust;
import io.lumia.x509.Pem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The step-ca that takes the authority's place, as this process knows it.
 *
 * @param root read from {@code step-ca.root-file}
 */
record StepCa(StepCaClient client, X509Certificate root) {
    /** Fails with {@link CannotStart} when the configuration cannot mean it, or the root cannot be read. */
    static Future<StepCa> open(Vertx vertx, LumiaConfig config) {
        if (config.runs(Part.AUTHORITY)) {
            return Future.failedFuture(
                    new CannotStart(
                            "step-ca.url: this process runs the embedded CA as well; remove authority from parts, or step-ca.url"));
        }
        var file = Objects.requireNonNull(config.stepCa().rootFile());
        return vertx.executeBlocking(() -> root(file), false).map(root -> {
            var trust = new FleetTrust(List.of(root));
            var url = Objects.requireNonNull(config.stepCa().url());
            return new StepCa(
                    StepCaClient.connected(
                            vertx, url, trust, config.tls(), config.stepCa().timeout()),
                    root);
        });
    }

    /** What answers in the authority's place. */
    StepCaVerticle verticle(LumiaConfig config, Store store, Clock clock) {
        return new StepCaVerticle(
                config.stepCa(),
                config.fleet().domain(),
                config.lifetimes().bootstrap(),
                store,
                client,
                root,
                FleetProcess.renewalPolicy(config),
                clock);
    }

    /** What administers Mosquitto; fails with {@link CannotStart} without a step-ca, whose revocation list it brings there. */
    static Future<MosquittoVerticle> mosquitto(
            @Nullable StepCa known,
            LumiaConfig config,
            List<TopicRule> rules,
            InetAddress address,
            AgentEnvironment environment) {
        return known == null
                ? Future.failedFuture(
                        new CannotStart("step-ca.url: the part mosquitto fetches the revocation list there;"
                                + " set it, or remove mosquitto from parts"))
                : Future.succeededFuture(
                        new MosquittoVerticle(config.mosquitto(), rules, known.client::crl, address, environment));
    }

    private static X509Certificate root(Path file) {
        try {
            return Pem.certificates(Files.readString(file)).get(0);
        } catch (IOException | IllegalArgumentException unusable) {
            throw new CannotStart(
                    "step-ca.root-file " + file.toAbsolutePath() + " cannot be read (" + unusable.getMessage()
                            + "); copy certs/root_ca.crt of the CA there",
                    unusable);
        }
    }
}
