package io.lumia.fakes;

import io.lumia.config.HostPort;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramPacket;
import io.vertx.core.datagram.DatagramSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** A DNS server on loopback that knows a few A records and nothing else. */
public final class FakeDns {
    private final Map<String, String> addresses = new ConcurrentHashMap<>();
    private final DatagramSocket socket;

    public FakeDns(Vertx vertx) {
        socket = vertx.createDatagramSocket();
        socket.handler(this::answer);
        socket.listen(0, "127.0.0.1").await();
    }

    public FakeDns with(String name, String address) {
        addresses.put(name + ".", address);
        return this;
    }

    public HostPort address() {
        return new HostPort("127.0.0.1", socket.localAddress().port());
    }

    private void answer(DatagramPacket packet) {
        try {
            var question = new Message(packet.data().getBytes());
            var asked = question.getQuestion();
            var answer = new Message(question.getHeader().getID());
            answer.getHeader().setFlag(Flags.QR);
            answer.getHeader().setFlag(Flags.RA);
            answer.addRecord(asked, Section.QUESTION);
            var address = addresses.get(asked.getName().toString());
            if (address == null) {
                answer.getHeader().setRcode(Rcode.NXDOMAIN);
            } else if (asked.getType() == Type.A) {
                answer.addRecord(
                        new ARecord(asked.getName(), DClass.IN, 1, InetAddress.getByName(address)), Section.ANSWER);
            }
            socket.send(
                    Buffer.buffer(answer.toWire()),
                    packet.sender().port(),
                    packet.sender().host());
        } catch (IOException malformed) {
            throw new UncheckedIOException(malformed);
        }
    }
}
