package io.lumia.swarm.fault;

import io.lumia.agent.CopiedPair;
import io.lumia.config.FaultConfig;
import io.lumia.mqtt.Ending;
import io.lumia.mqtt.Message;
import io.lumia.mqtt.MqttConnection;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Somebody else has the device's certificate and key and connects with them from another address, again and again until it is over. */
final class StolenCertificate implements Fault, MqttConnection.Listener {
    private static final Logger log = LoggerFactory.getLogger(StolenCertificate.class);
    private static final long AGAIN_MS = 1000;

    private final Vertx vertx;
    private final Clock clock;
    private final FaultConfig config;
    private final FaultyDevice device;
    private final @Nullable InetAddress from;
    private final Promise<Void> over = Promise.promise();
    private @Nullable CopiedPair stolen;
    private @Nullable MqttConnection connection;
    private long timer = -1;
    private boolean ended;

    StolenCertificate(Vertx vertx, Clock clock, FaultConfig config, FaultyDevice device, @Nullable InetAddress from) {
        this.vertx = vertx;
        this.clock = clock;
        this.config = config;
        this.device = device;
        this.from = from;
    }

    @Override
    public Future<Void> begin() {
        stolen = device.agent().copy().orElse(null);
        if (stolen == null) {
            over.complete();
            return Future.succeededFuture();
        }
        var left = Duration.between(clock.instant(), stolen.notAfter());
        timer = vertx.setTimer(Math.max(1, left.toMillis()), past -> over.tryComplete());
        return connect();
    }

    @Override
    public Future<Void> over() {
        return over.future();
    }

    @Override
    public Future<Void> end() {
        ended = true;
        vertx.cancelTimer(timer);
        var last = connection;
        return last == null ? Future.succeededFuture() : last.disconnect().otherwiseEmpty();
    }

    @Override
    public void message(Message overheard) {}

    @Override
    public void closed(MqttConnection closed, Ending ending) {
        if (closed == connection) {
            connection = null;
            again(ending.text());
        }
    }

    /** A thief who is turned away tries again. */
    private Future<Void> connect() {
        var using = stolen;
        if (ended || using == null) {
            return Future.succeededFuture();
        }
        return using.connect(from, clientId(), config.takesOver(), this)
                .<Void>compose(fresh -> {
                    connection = fresh;
                    if (ended) {
                        return fresh.disconnect();
                    }
                    fresh.ending().ifPresent(ending -> closed(fresh, ending));
                    return Future.succeededFuture();
                })
                .recover(turnedAway -> {
                    again(String.valueOf(turnedAway.getMessage()));
                    return Future.succeededFuture();
                });
    }

    private String clientId() {
        var name = device.agent().name().value();
        return config.takesOver() ? name : name + "-copy";
    }

    private void again(String why) {
        log.atDebug()
                .addKeyValue("identity", device.agent().name())
                .addKeyValue("reason", why)
                .log("who has the stolen certificate tries again");
        if (!ended) {
            vertx.setTimer(AGAIN_MS, tick -> {
                var unused = connect();
            });
        }
    }
}
