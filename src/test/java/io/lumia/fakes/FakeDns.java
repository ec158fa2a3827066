package io.lumia.fakes;

import io.lumia.config.HostPort;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramPacket;
import io.vertx.core.datagram.DatagramSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;

/** A DNS server on loopback that knows a few A, TXT and CNAME records and nothing else. */
public final class FakeDns {
    private final Map<String, String> addresses = new ConcurrentHashMap<>();
    private final Map<String, List<String>> texts = new ConcurrentHashMap<>();
    private final Map<String, String> aliases = new ConcurrentHashMap<>();
    private final Map<String, Long> delays = new ConcurrentHashMap<>();
    private final Set<String> silent = ConcurrentHashMap.newKeySet();
    private volatile Optional<Path> written = Optional.empty();
    private final DatagramSocket socket;
    private final Vertx vertx;

    public FakeDns(Vertx vertx) {
        this.vertx = vertx;
        socket = vertx.createDatagramSocket();
        socket.handler(this::receive);
        socket.listen(0, "127.0.0.1").await();
    }

    public FakeDns with(String name, String address) {
        addresses.put(name + ".", address);
        return this;
    }

    /** A further TXT record. */
    public FakeDns text(String name, String value) {
        texts.merge(name + ".", List.of(value), (old, more) -> {
            var all = new ArrayList<>(old);
            all.addAll(more);
            return List.copyOf(all);
        });
        return this;
    }

    public FakeDns alias(String name, String target) {
        aliases.put(name + ".", target + ".");
        return this;
    }

    /** Questions for the name are never answered. */
    public FakeDns silent(String name) {
        silent.add(name + ".");
        return this;
    }

    /** Questions for the name are answered so much later. */
    public FakeDns slow(String name, long millis) {
        delays.put(name + ".", millis);
        return this;
    }

    /** TXT records are also read from files there, each called as its name, with the dot at the end. */
    public FakeDns writtenTo(Path directory) {
        written = Optional.of(directory);
        return this;
    }

    public HostPort address() {
        return new HostPort("127.0.0.1", socket.localAddress().port());
    }

    private void receive(DatagramPacket packet) {
        long delay = delay(packet);
        if (delay == 0) {
            answer(packet);
        } else {
            vertx.setTimer(delay, over -> answer(packet));
        }
    }

    private long delay(DatagramPacket packet) {
        try {
            var asked = new Message(packet.data().getBytes()).getQuestion();
            return delays.getOrDefault(asked.getName().toString().toLowerCase(Locale.ROOT), 0L);
        } catch (IOException malformed) {
            throw new UncheckedIOException(malformed);
        }
    }

    private void answer(DatagramPacket packet) {
        try {
            var question = new Message(packet.data().getBytes());
            var asked = question.getQuestion();
            var answer = new Message(question.getHeader().getID());
            answer.getHeader().setFlag(Flags.QR);
            answer.getHeader().setFlag(Flags.RA);
            answer.addRecord(asked, Section.QUESTION);
            // Some resolvers mix the case of their questions.
            var name = asked.getName().toString().toLowerCase(Locale.ROOT);
            if (silent.contains(name)) {
                return;
            }
            var address = addresses.get(name);
            var alias = aliases.get(name);
            var found = texts(name);
            if (alias != null) {
                answer.addRecord(
                        new CNAMERecord(asked.getName(), DClass.IN, 1, Name.fromString(alias)), Section.ANSWER);
            } else if (address == null && found.isEmpty()) {
                answer.getHeader().setRcode(Rcode.NXDOMAIN);
            } else if (asked.getType() == Type.A && address != null) {
                answer.addRecord(
                        new ARecord(asked.getName(), DClass.IN, 1, InetAddress.getByName(address)), Section.ANSWER);
            } else if (asked.getType() == Type.TXT) {
                for (String text : found) {
                    answer.addRecord(new TXTRecord(asked.getName(), DClass.IN, 1, text), Section.ANSWER);
                }
            }
            socket.send(
                    Buffer.buffer(answer.toWire()),
                    packet.sender().port(),
                    packet.sender().host());
        } catch (IOException malformed) {
            throw new UncheckedIOException(malformed);
        }
    }

    private List<String> texts(String name) throws IOException {
        var file = written.map(directory -> directory.resolve(name)).filter(Files::isRegularFile);
        return file.isPresent() ? Files.readAllLines(file.get()) : texts.getOrDefault(name, List.of());
    }
}
