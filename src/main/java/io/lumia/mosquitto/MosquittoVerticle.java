package io.lumia.mosquitto;

import io.lumia.access.TopicAcl;
import io.lumia.agent.Agent;
import io.lumia.agent.AgentEnvironment;
import io.lumia.agent.AgentListener;
import io.lumia.bus.FleetBus;
import io.lumia.config.BrokerConfig.TopicRule;
import io.lumia.config.CannotStart;
import io.lumia.config.MosquittoConfig;
import io.lumia.mqtt.Message;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.net.InetAddress;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Administers a Mosquitto: writes its ACL file and revocation list, and ends the sessions of revoked certificates. It has an identity like a device,
 * which the ACL file lets at the dynamic-security plugin. The start does not need Mosquitto to run.
 */
public final class MosquittoVerticle extends VerticleBase implements AgentListener {
    private static final Logger log = LoggerFactory.getLogger(MosquittoVerticle.class);

    private final MosquittoConfig config;
    private final List<TopicRule> rules;
    private final Supplier<Future<Buffer>> lists;
    private final Clock clock;
    private final Agent agent;
    private final BrokerFiles files;
    private final BrokerProcess process;
    private final Administration administration;
    private @Nullable Canary canary;
    private @Nullable Enforcement enforcement;

    /**
     * @param rules what identities may do besides their own topics
     * @param lists the CA's revocation list in force, DER
     * @param address from which it speaks and at which it answers challenges
     */
    public MosquittoVerticle(
            MosquittoConfig config,
            List<TopicRule> rules,
            Supplier<Future<Buffer>> lists,
            InetAddress address,
            AgentEnvironment environment) {
        this.config = config;
        this.rules = List.copyOf(rules);
        this.lists = lists;
        this.clock = environment.clock();
        this.agent = new Agent(config.name(), address, environment, this);
        this.files = new BrokerFiles(config);
        this.process = new BrokerProcess(config);
        this.administration = new Administration(agent, config.timeout());
    }

    @Override
    public Future<?> start() {
        var workers = vertx.createSharedWorkerExecutor("lumia-mosquitto", 1);
        var revocationLists = new RevocationLists(vertx, lists, files, process, workers, config.timeout(), clock);
        canary = new Canary(vertx, agent, clock);
        enforcement = new Enforcement(
                vertx,
                revocationLists,
                canary,
                administration,
                config.name().value(),
                process,
                workers,
                config.timeout(),
                clock);
        return writeRules(workers)
                .compose(written -> look())
                .compose(looked -> FleetBus.CERTIFICATE_REVOKED.listen(
                        vertx,
                        told -> Objects.requireNonNull(enforcement)
                                .revoked(told.serial(), told.identity(), told.revokedAt())))
                .compose(listening -> agent.subscribe(Map.of(Administration.RESPONSES, 1)))
                .compose(noted -> agent.start())
                .onSuccess(started -> vertx.setPeriodic(config.crlInterval().toMillis(), tick -> {
                    var unused = look();
                }));
    }

    @Override
    public Future<?> stop() {
        return agent.stop();
    }

    @Override
    public void message(Message message) {
        administration.answered(message);
    }

    /** Has the next proof at hand. */
    @Override
    public void connected() {
        Objects.requireNonNull(canary)
                .prepare()
                .onFailure(later -> log.atDebug().setCause(later).log("no certificate for the next proof yet"));
    }

    private Future<?> writeRules(WorkerExecutor workers) {
        return workers.executeBlocking(
                        () -> {
                            boolean changed = files.writeRules(allowed());
                            return changed && process.reload();
                        },
                        false)
                .recover(unusable -> Future.failedFuture(
                        new CannotStart("mosquitto.acl-file cannot be written: " + unusable.getMessage(), unusable)));
    }

    /** The rules of the fleet, and what this identity needs itself. */
    private List<TopicAcl.Rule> allowed() {
        var all = new java.util.ArrayList<TopicAcl.Rule>();
        all.add(new TopicAcl.Rule(
                config.name().value(), List.of(Administration.COMMANDS), List.of(Administration.RESPONSES)));
        for (TopicRule rule : rules) {
            all.add(new TopicAcl.Rule(
                    rule.identity(), Objects.requireNonNull(rule.publish()), Objects.requireNonNull(rule.subscribe())));
        }
        return all;
    }

    /** What fails now is tried again with the next interval; Mosquitto goes on with the list it has. */
    private Future<Void> look() {
        return Objects.requireNonNull(enforcement)
                .look()
                .onFailure(failure -> log.atWarn()
                        .addKeyValue("reason", failure.getMessage())
                        .log("the CA's revocation list could not be brought to Mosquitto, trying again"))
                .otherwiseEmpty();
    }
}
