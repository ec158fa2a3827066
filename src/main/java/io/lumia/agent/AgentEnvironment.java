package io.lumia.agent;

import io.lumia.config.AgentConfig;
import io.lumia.config.ClientTlsConfig.Mode;
import io.lumia.config.RenewalConfig;
import io.lumia.config.TlsConfig;
import io.lumia.issuance.ChallengeResponders;
import io.lumia.lifecycle.RenewalPolicy;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.FleetDomain;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What all identities of a process share. Make one per process: responders on shared addresses and HTTP clients are shared through it.
 *
 * @param policy when certificates are due
 * @param data the data directory
 * @param rootFingerprint pins the root; null: the first one seen is trusted
 * @param knownContact takes the place of what provisioning told, where this process runs CA and broker itself and knows better after a
 *     restart with other ports; null: what provisioning told counts
 * @param workers for everything that blocks
 */
public record AgentEnvironment(
        Vertx vertx,
        AgentConfig config,
        RenewalPolicy policy,
        FleetDomain domain,
        Path data,
        @Nullable Fingerprint rootFingerprint,
        @Nullable Contact knownContact,
        Clock clock,
        WorkerExecutor workers,
        Enrolment enrolment,
        CertificateOrder orders,
        MqttConnector connector,
        RootSource roots) {

    /**
     * The environment of a real process.
     *
     * @param provisioningUrl base address of the provisioning service
     * @param broker of identities to whom nobody tells it
     * @param http01Port where identities answer challenges, on their own addresses
     */
    public static AgentEnvironment of(
            Vertx vertx,
            AgentConfig config,
            RenewalConfig renewal,
            TlsConfig tls,
            FleetDomain domain,
            Path data,
            URI provisioningUrl,
            @Nullable Fingerprint rootFingerprint,
            int http01Port,
            @Nullable Contact knownContact,
            Supplier<Contact> broker,
            Clock clock) {
        var workers = vertx.createSharedWorkerExecutor("lumia-agent", config.threads());
        var patience = config.stepTimeout();
        var responders = new ChallengeResponders(
                vertx,
                http01Port,
                "free the port, or set agent.http01-port and authority.acme.http01-port to another one");
        var given = config.tls().mode() == Mode.MANUAL ? new GivenPair(config.tls(), broker, workers) : null;
        return new AgentEnvironment(
                vertx,
                config,
                policy(renewal, config.tls().acme().renewBefore()),
                domain,
                data,
                given == null ? rootFingerprint : null, // there it is the operator's roots that count
                knownContact,
                clock,
                workers,
                given == null ? new HttpEnrolment(vertx, provisioningUrl, domain, patience, workers, clock) : given,
                given == null ? new AcmeOrder(vertx, workers, responders, patience, clock) : given,
                new MqttConnector(vertx, tls.from(config.tls().minVersion()), config.keepAlive(), patience),
                new HttpRoots(vertx, tls.from(config.tls().minVersion()), patience));
    }

    /** The same with a clock, orders and a way to the broker of one identity's own. */
    public AgentEnvironment with(Clock own, CertificateOrder ownOrders, MqttConnector ownConnector) {
        return new AgentEnvironment(
                vertx,
                config,
                policy,
                domain,
                data,
                rootFingerprint,
                knownContact,
                own,
                workers,
                enrolment,
                ownOrders,
                ownConnector,
                roots);
    }

    private static RenewalPolicy policy(RenewalConfig renewal, @Nullable Duration before) {
        return new RenewalPolicy(
                renewal.remainingLifetime(), before == null ? renewal.renewBefore() : before, renewal.spread());
    }
}
