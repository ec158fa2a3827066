package io.lumia.provisioning.dns;

import io.lumia.config.CannotStart;
import io.lumia.config.DnsResponderConfig;
import io.lumia.http.Listeners;
import io.lumia.store.Store;
import io.lumia.x509.FleetDomain;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramPacket;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.parsetools.RecordParser;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** DNS over UDP and TCP for the fleet's names (RFC 1035, 4.2). What comes while too much is in work is left unanswered: resolvers ask again. */
public final class NameResponder extends VerticleBase {
    private static final Logger log = LoggerFactory.getLogger(NameResponder.class);
    private static final int LARGEST_QUESTION = 4096;
    private static final int MOST_IN_WORK = 256;
    private static final int MOST_CONNECTIONS = 64;
    private static final int IDLE_SECONDS = 5;
    private static final int TRIES = 8;

    private final DnsResponderConfig config;
    private final FleetAnswers answers;
    private @Nullable DatagramSocket udp;
    private @Nullable NetServer tcp;
    private int inWork;
    private int connections;

    /** @param config with a port */
    public NameResponder(DnsResponderConfig config, FleetDomain domain, Store store) {
        this(
                config,
                new FleetAnswers(
                        domain, name -> store.claims().find(name).map(found -> found.map(claim -> claim.address()))));
    }

    NameResponder(DnsResponderConfig config, FleetAnswers answers) {
        this.config = config;
        this.answers = answers;
    }

    /** The port of both; after deployment. */
    public int port() {
        return Objects.requireNonNull(udp, "the responder is not deployed")
                .localAddress()
                .port();
    }

    @Override
    public Future<?> start() {
        int wanted = Objects.requireNonNull(config.port(), "dns.port is not set");
        return listen(wanted, wanted == 0 ? TRIES : 1)
                .recover(cause -> Future.failedFuture(
                        new CannotStart(Listeners.cannotListen("dns.port", config.host(), wanted, cause), cause)));
    }

    @Override
    public Future<?> stop() {
        return udp == null || tcp == null
                ? Future.succeededFuture()
                : Future.join(udp.close(), tcp.close()).otherwiseEmpty();
    }

    /** One number for both: a port that is free for UDP may be taken for TCP. */
    private Future<Void> listen(int wanted, int tries) {
        var socket = vertx.createDatagramSocket();
        return socket.handler(this::datagram)
                .listen(wanted, config.host())
                .compose(bound -> vertx.createNetServer(new NetServerOptions()
                                .setIdleTimeout(IDLE_SECONDS)
                                .setIdleTimeoutUnit(TimeUnit.SECONDS))
                        .connectHandler(this::connected)
                        .listen(bound.localAddress().port(), config.host()))
                .<Void>map(listening -> {
                    udp = socket;
                    tcp = listening;
                    return null;
                })
                .recover(taken -> socket.close()
                        .otherwiseEmpty()
                        .compose(closed -> tries > 1 ? listen(wanted, tries - 1) : Future.failedFuture(taken)));
    }

    private void datagram(DatagramPacket packet) {
        var socket = udp;
        if (socket != null && packet.data().length() <= LARGEST_QUESTION) {
            answer(packet.data()).onSuccess(answer -> {
                var unused = socket.send(
                        answer, packet.sender().port(), packet.sender().host());
            });
        }
    }

    private void connected(NetSocket socket) {
        if (connections == MOST_CONNECTIONS) {
            var unused = socket.close();
            return;
        }
        connections++;
        socket.closeHandler(gone -> connections--)
                .exceptionHandler(broken -> log.atDebug().setCause(broken).log("a DNS connection broke"));
        framed(socket);
    }

    /** Two octets of length before each question and answer (RFC 1035, 4.2.2). */
    private void framed(NetSocket socket) {
        var frames = RecordParser.newFixed(2);
        frames.handler(new io.vertx.core.Handler<Buffer>() {
            private boolean length = true;

            @Override
            public void handle(Buffer part) {
                if (!length) {
                    length = true;
                    frames.fixedSizeMode(2);
                    reply(socket, part);
                    return;
                }
                int announced = part.getUnsignedShort(0);
                if (announced == 0 || announced > LARGEST_QUESTION) {
                    var unused = socket.close();
                    return;
                }
                length = false;
                frames.fixedSizeMode(announced);
            }
        });
        socket.handler(frames);
    }

    private void reply(NetSocket socket, Buffer question) {
        answer(question)
                .onSuccess(answer -> {
                    var unused = socket.write(
                            Buffer.buffer().appendUnsignedShort(answer.length()).appendBuffer(answer));
                })
                .onFailure(none -> {
                    var unused = socket.close();
                });
    }

    private Future<Buffer> answer(Buffer question) {
        if (inWork == MOST_IN_WORK) {
            return Future.failedFuture("too many questions at once");
        }
        inWork++;
        return answers.answer(question.getBytes())
                .map(Buffer::buffer)
                .onComplete(done -> inWork--)
                .onFailure(malformed -> log.atDebug()
                        .addKeyValue("reason", malformed.getMessage())
                        .log("a DNS question was left unanswered"));
    }
}
