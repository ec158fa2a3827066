package io.lumia.bench;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramPacket;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** What a CA looks at to validate: a DNS server for which every name is this host, and the responses to http-01 challenges. */
final class Outside implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";
    private static final String CHALLENGES = "/.well-known/acme-challenge/";
    private static final Duration TTL = Duration.ofMinutes(1);

    private final Map<String, String> responses = new ConcurrentHashMap<>();
    private final HttpServer challenges;
    private final DatagramSocket names;

    Outside(Vertx vertx) {
        challenges = vertx.createHttpServer().requestHandler(this::respond);
        names = vertx.createDatagramSocket();
        challenges.listen(0, LOOPBACK).await();
        names.handler(this::resolve).listen(0, LOOPBACK).await();
    }

    int challengePort() {
        return challenges.actualPort();
    }

    int namePort() {
        return names.localAddress().port();
    }

    /** Responds to a challenge from now on (RFC 8555, 8.3). */
    void respond(String token, String keyAuthorization) {
        responses.put(token, keyAuthorization);
    }

    void forget(String token) {
        responses.remove(token);
    }

    @Override
    public void close() {
        Future.join(challenges.close(), names.close()).await();
    }

    private void respond(HttpServerRequest request) {
        var path = request.path();
        var response = path.startsWith(CHALLENGES) ? responses.get(path.substring(CHALLENGES.length())) : null;
        // a CA that has gone meanwhile shows as a failed operation
        var unused = response == null
                ? request.response().setStatusCode(404).end()
                : request.response().end(response);
    }

    private void resolve(DatagramPacket packet) {
        try {
            var query = new Message(packet.data().getBytes());
            var question = Objects.requireNonNull(query.getQuestion());
            var answer = new Message(query.getHeader().getID());
            answer.getHeader().setFlag(Flags.QR);
            answer.addRecord(question, Section.QUESTION);
            if (question.getType() == Type.A) {
                answer.addRecord(
                        new ARecord(
                                question.getName(),
                                question.getDClass(),
                                TTL.toSeconds(),
                                InetAddress.getLoopbackAddress()),
                        Section.ANSWER);
            }
            var unused = names.send(
                    Buffer.buffer(answer.toWire()),
                    packet.sender().port(),
                    packet.sender().host());
        } catch (IOException malformed) {
            // nobody asks that way here; whoever did hears nothing, as from any DNS server
        }
    }
}
