package io.lumia.fakes;

import io.lumia.config.HostPort;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramPacket;
import io.vertx.core.datagram.DatagramSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;

/** An authoritative server for one zone on loopback, which takes TXT records by dynamic update signed with its key; hosts are at 127.0.0.1. */
public final class UpdatableDns {
    public static final String KEY = "lumia-key";

    /** Values by name, with the dot at the end. */
    public final Set<String> records = ConcurrentHashMap.newKeySet();
    /** Every value that ever was there. */
    public final List<String> seen = new CopyOnWriteArrayList<>();

    public final String secret = Base64.getEncoder().encodeToString("0123456789abcdef0123456789abcdef".getBytes());

    private final Name zone;
    private final DatagramSocket socket;
    private final TSIG key = new TSIG(TSIG.HMAC_SHA256, KEY + ".", secret);

    public UpdatableDns(Vertx vertx, String zone) {
        this.zone = name(zone + ".");
        socket = vertx.createDatagramSocket();
        socket.handler(this::receive);
        socket.listen(0, "127.0.0.1").await();
    }

    public HostPort address() {
        return new HostPort("127.0.0.1", socket.localAddress().port());
    }

    private void receive(DatagramPacket packet) {
        try {
            var wire = packet.data().getBytes();
            var asked = new Message(wire);
            var answer = new Message(asked.getHeader().getID());
            answer.getHeader().setOpcode(asked.getHeader().getOpcode());
            answer.getHeader().setFlag(Flags.QR);
            answer.getHeader().setFlag(Flags.AA);
            if (asked.getHeader().getOpcode() == Opcode.UPDATE) {
                update(asked, wire, answer);
            } else {
                answer(asked.getQuestion(), answer);
            }
            socket.send(
                    Buffer.buffer(answer.toWire(4096)),
                    packet.sender().port(),
                    packet.sender().host());
        } catch (IOException malformed) {
            throw new UncheckedIOException(malformed);
        }
    }

    private void update(Message asked, byte[] wire, Message answer) throws IOException {
        if (asked.getTSIG() == null || key.verify(asked, wire, null) != Rcode.NOERROR) {
            answer.getHeader().setRcode(Rcode.NOTAUTH);
            return;
        }
        if (!zone.equals(asked.getSection(Section.ZONE).get(0).getName())) {
            answer.getHeader().setRcode(Rcode.NOTZONE);
        } else {
            for (Record change : asked.getSection(Section.UPDATE)) {
                var entry = change.getName().toString().toLowerCase(Locale.ROOT) + " "
                        + String.join("", ((TXTRecord) change).getStrings());
                if (change.getDClass() == DClass.NONE) {
                    records.remove(entry);
                } else {
                    records.add(entry);
                    seen.add(entry);
                }
            }
        }
        answer.setTSIG(key, Rcode.NOERROR, asked.getTSIG());
    }

    private void answer(Record question, Message answer) throws IOException {
        answer.addRecord(question, Section.QUESTION);
        var prefix = question.getName().toString().toLowerCase(Locale.ROOT) + " ";
        switch (question.getType()) {
            case Type.TXT -> {
                for (String entry : records) {
                    if (entry.startsWith(prefix)) {
                        answer.addRecord(
                                new TXTRecord(question.getName(), DClass.IN, 1, entry.substring(prefix.length())),
                                Section.ANSWER);
                    }
                }
            }
            case Type.A ->
                answer.addRecord(
                        new ARecord(question.getName(), DClass.IN, 1, InetAddress.getByName("127.0.0.1")),
                        Section.ANSWER);
            case Type.AAAA, Type.CAA -> {}
            default -> answer.addRecord(soa(), Section.AUTHORITY);
        }
    }

    private SOARecord soa() {
        return new SOARecord(zone, DClass.IN, 1, zone, zone, 1, 1, 1, 1, 1);
    }

    private static Name name(String text) {
        try {
            return Name.fromString(text);
        } catch (IOException malformed) {
            throw new UncheckedIOException(malformed);
        }
    }
}
