package io.lumia.bench;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramPacket;
import io.vertx.core.datagram.DatagramSocket;
import java.io.IOException;
import java.net.InetAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** A DNS server on loopback that answers 127.0.0.1 for every name (RFC 1035). */
final class NameServer {
    private static final Logger log = LoggerFactory.getLogger(NameServer.class);
    private static final int TTL_SECONDS = 1;

    private final DatagramSocket socket;

    NameServer(Vertx vertx) {
        socket = vertx.createDatagramSocket();
        socket.handler(this::answer);
        socket.listen(0, "127.0.0.1").await();
    }

    int port() {
        return socket.localAddress().port();
    }

    private void answer(DatagramPacket packet) {
        try {
            var answer = answer(new Message(packet.data().getBytes()));
            socket.send(
                            Buffer.buffer(answer.toWire()),
                            packet.sender().port(),
                            packet.sender().host())
                    .onFailure(gone -> log.atDebug().setCause(gone).log("DNS answer could not be sent"));
        } catch (IOException malformed) {
            log.atDebug().setCause(malformed).log("malformed DNS question");
        }
    }

    /** Records of other types: none, but the name exists. */
    private static Message answer(Message question) throws IOException {
        var asked = question.getQuestion();
        var answer = new Message(question.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setFlag(Flags.RA);
        answer.addRecord(asked, Section.QUESTION);
        if (asked.getType() == Type.A) {
            answer.addRecord(
                    new ARecord(
                            asked.getName(), DClass.IN, TTL_SECONDS, InetAddress.getByAddress(new byte[] {127, 0, 0, 1
                            })),
                    Section.ANSWER);
        }
        return answer;
    }
}
