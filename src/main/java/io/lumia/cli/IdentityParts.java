package io.lumia.cli;

import io.lumia.access.AddressRange;
import io.lumia.agent.AgentEnvironment;
import io.lumia.app.AppVerticle;
import io.lumia.config.AppConfig;
import io.lumia.config.BrokerConfig;
import io.lumia.config.BrokerConfig.TopicRule;
import io.lumia.config.LumiaConfig;
import io.lumia.config.Part;
import io.lumia.swarm.Swarm;
import io.lumia.swarm.SwarmAddresses;
import io.lumia.x509.Fingerprint;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The parts that have identities of their own in the fleet: the application, the simulated devices, what looks after a Mosquitto. */
final class IdentityParts {
    private final Vertx vertx;
    private final LumiaConfig config;
    private final SwarmAddresses addresses;
    private final Deployments deployments;
    private final Clock clock;
    private @Nullable Swarm swarm;

    IdentityParts(Vertx vertx, LumiaConfig config, SwarmAddresses addresses, Deployments deployments, Clock clock) {
        this.vertx = vertx;
        this.config = config;
        this.addresses = addresses;
        this.deployments = deployments;
        this.clock = clock;
    }

    /** The simulated devices, once they are being deployed. */
    Optional<Swarm> swarm() {
        return Optional.ofNullable(swarm);
    }

    /** Those that the configuration names; they find the others {@code where} it says. */
    Future<?> deploy(Whereabouts where, @Nullable StepCa stepCa) {
        if (!config.runs(Part.APP) && !config.runs(Part.SWARM) && !config.runs(Part.MOSQUITTO)) {
            return Future.succeededFuture();
        }
        return root(where).compose(root -> deploy(environment(where, root.orElse(null)), stepCa));
    }

    /** Known, or pinned by the configuration; empty: the first one seen is trusted. */
    private Future<Optional<Fingerprint>> root(Whereabouts where) {
        var known = where.rootFingerprint();
        var file = config.agent().rootFile();
        return known != null || file == null
                ? Future.succeededFuture(Optional.ofNullable(known))
                : vertx.executeBlocking(() -> Optional.of(PinnedRoot.in(file)), false);
    }

    private Future<?> deploy(AgentEnvironment environment, @Nullable StepCa stepCa) {
        var deployed = Future.succeededFuture("");
        if (config.runs(Part.MOSQUITTO)) {
            var rules = withApplication(config.broker(), config.app()).rules();
            deployed = deployed.compose(before -> StepCa.mosquitto(stepCa, config, rules, addresses.app(), environment))
                    .compose(deployments::deploy);
        }
        if (config.runs(Part.APP)) {
            deployed = deployed.compose(
                    before -> deployments.deploy(new AppVerticle(config.app(), addresses.app(), environment)));
        }
        if (config.runs(Part.SWARM) && config.swarm().devices() > 0) {
            var devices = new Swarm(config.swarm(), addresses.devices(), environment);
            swarm = devices;
            for (var verticle : devices.verticles()) {
                deployed = deployed.compose(before -> deployments.deploy(verticle));
            }
        }
        return deployed;
    }

    /** The application may talk with every device; everybody else only for itself. */
    static BrokerConfig withApplication(BrokerConfig broker, AppConfig app) {
        var rules = new ArrayList<>(broker.rules());
        rules.add(new TopicRule(
                app.name().value(),
                List.of("devices/+/commands"),
                List.of("devices/+/telemetry", "devices/+/responses")));
        return broker.withRules(rules);
    }

    private AgentEnvironment environment(Whereabouts where, @Nullable Fingerprint root) {
        var http01 = config.agent().http01Port();
        return AgentEnvironment.of(
                vertx,
                config.agent(),
                config.renewal(),
                config.tls(),
                config.fleet().domain(),
                config.data(),
                where.provisioningUrl(),
                root,
                http01 == null ? config.authority().acme().http01Port() : http01,
                where.knownContact(),
                where::configuredContact,
                clock);
    }

    /** At which the identities of this process are found. */
    static SwarmAddresses addresses(LumiaConfig config) {
        var chosen = SwarmAddresses.choose(config.swarm(), appAddress(config), SwarmAddresses::canBind);
        return config.runs(Part.PROVISIONING) ? chosen : chosen.towardsOthers();
    }

    private static @Nullable InetAddress appAddress(LumiaConfig config) {
        var address = config.app().address();
        return address == null ? null : AddressRange.address(address);
    }
}
