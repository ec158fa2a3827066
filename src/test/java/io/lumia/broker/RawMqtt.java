package io.lumia.broker;

import io.lumia.tls.FleetTrust;
import io.lumia.tls.SwappableKeys;
import io.lumia.tls.TlsMaterial;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** A client that sends MQTT byte by byte, and nothing that it is not told to. */
final class RawMqtt implements AutoCloseable {
    static final int CONNACK = 2;
    static final int PUBLISH = 3;
    static final int PUBACK = 4;
    static final int PUBREC = 5;
    static final int PUBREL = 6;
    static final int PUBCOMP = 7;
    static final int SUBACK = 9;
    static final int PINGRESP = 13;
    static final int DISCONNECT = 14;
    private static final int PATIENCE_MS = (int) TestBroker.PATIENCE.toMillis();

    private final SSLSocket socket;
    private final DataInputStream in;

    /** A packet as it came. */
    record Packet(int type, int flags, byte[] body) {
        int at(int index) {
            return body[index] & 0xff;
        }

        int lastByte() {
            return at(body.length - 1);
        }

        /** Of an acknowledgement. */
        int firstId() {
            return at(0) << 8 | at(1);
        }

        // ---- of a PUBLISH

        int qos() {
            return flags >> 1 & 3;
        }

        String topic() {
            return text(java.util.Arrays.copyOfRange(body, 2, 2 + firstId()));
        }

        int packetId() {
            int at = 2 + firstId();
            return at(at) << 8 | at(at + 1);
        }

        /** Of MQTT 5, shorter than 128 bytes. */
        int[] properties() {
            int at = 2 + firstId() + (qos() > 0 ? 2 : 0);
            return java.util.stream.IntStream.rangeClosed(at + 1, at + at(at))
                    .map(this::at)
                    .toArray();
        }
    }

    private RawMqtt(SSLSocket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
    }

    /** TLS only; nothing of MQTT is sent. */
    static RawMqtt connect(TestBroker broker, TlsMaterial own) throws Exception {
        return connect(broker, own, 0, "127.0.0.1");
    }

    /** @param receiveBuffer bytes that the kernel takes in, at most; 0: what it likes */
    static RawMqtt connect(TestBroker broker, TlsMaterial own, int receiveBuffer, String host) throws Exception {
        return connect(new InetSocketAddress(host, broker.port()), broker.authority.root(), own, receiveBuffer);
    }

    /** To any broker under this root. */
    static RawMqtt connect(InetSocketAddress broker, X509Certificate root, TlsMaterial own, int receiveBuffer)
            throws Exception {
        var context = SSLContext.getInstance("TLS");
        context.init(
                new KeyManager[] {new SwappableKeys(own)}, new TrustManager[] {new FleetTrust(List.of(root))}, null);
        var socket = (SSLSocket) context.getSocketFactory().createSocket();
        socket.setSoTimeout(PATIENCE_MS);
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.connect(broker, PATIENCE_MS);
        socket.startHandshake();
        return new RawMqtt(socket);
    }

    X509Certificate serverCertificate() throws IOException {
        return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }

    /** What a CONNECT says. */
    record Connect(
            int version,
            String clientId,
            boolean clean,
            int keepAlive,
            byte[] properties,
            @Nullable String will,
            int willDelay) {
        static Connect mqtt5(String clientId) {
            return new Connect(5, clientId, true, 0, new byte[0], null, 0);
        }

        static Connect mqtt3(String clientId) {
            return new Connect(4, clientId, true, 0, new byte[0], null, 0);
        }

        Connect keepAlive(int seconds) {
            return new Connect(version, clientId, clean, seconds, properties, will, willDelay);
        }

        Connect will(String topic) {
            return new Connect(version, clientId, clean, keepAlive, properties, topic, 0);
        }

        Connect will(String topic, int delaySeconds) {
            return new Connect(version, clientId, clean, keepAlive, properties, topic, delaySeconds);
        }

        Connect resuming() {
            return new Connect(version, clientId, false, keepAlive, properties, will, willDelay);
        }

        Connect properties(int... bytes) {
            return new Connect(version, clientId, clean, keepAlive, bytes(bytes), will, willDelay);
        }

        byte[] packet() throws IOException {
            var body = new ByteArrayOutputStream();
            var out = new DataOutputStream(body);
            out.writeUTF("MQTT");
            out.writeByte(version);
            out.writeByte((clean ? 2 : 0) | (will == null ? 0 : 4));
            out.writeShort(keepAlive);
            if (version == 5) {
                out.writeByte(properties.length);
                out.write(properties);
            }
            out.writeUTF(clientId);
            if (will != null) {
                if (version == 5) {
                    out.writeByte(5);
                    out.writeByte(0x18);
                    out.writeInt(willDelay);
                }
                out.writeUTF(will);
                out.writeUTF("gone");
            }
            return RawMqtt.packet(0x10, body.toByteArray());
        }
    }

    void send(byte[] packet) throws IOException {
        socket.getOutputStream().write(packet);
        socket.getOutputStream().flush();
    }

    /** The same when the broker may close meanwhile. */
    void sendAsMuchAsGoes(byte[] packet) {
        try {
            send(packet);
        } catch (IOException closed) {
            // what it said before is still to be read
        }
    }

    /** Waits while nothing comes. @throws EOFException when the broker closes */
    void waitFor(java.time.Duration time) throws IOException {
        socket.setSoTimeout((int) time.toMillis());
        try {
            if (in.read() < 0) {
                throw new EOFException("closed by the broker");
            }
            throw new IllegalStateException("a packet came");
        } catch (java.net.SocketTimeoutException nothing) {
            socket.setSoTimeout(PATIENCE_MS);
        }
    }

    /** Sends CONNECT. @return CONNACK */
    Packet say(Connect connect) throws IOException {
        send(connect.packet());
        return next();
    }

    static byte[] retained(String topic, byte[] payload) throws IOException {
        var packet = publish(5, topic, payload, 0, 0);
        packet[0] |= 1;
        return packet;
    }

    static byte[] answer(int type, int packetId) {
        return bytes(type << 4 | (type == PUBREL ? 2 : 0), 2, packetId >> 8, packetId);
    }

    /** Asks for an answer, which must be the next packet. */
    void ping() throws IOException {
        send(bytes(0xc0, 0));
        int type = next().type();
        if (type != PINGRESP) {
            throw new IllegalStateException("a packet of type " + type + " came first");
        }
    }

    /** Ends the connection without DISCONNECT. */
    void cut() throws IOException {
        socket.close();
    }

    /** Something done with a client. */
    interface Work {
        void with(RawMqtt client) throws Exception;
    }

    void closeAfter(Work work) throws Exception {
        try (this) {
            work.with(this);
        }
    }

    /** @param properties of MQTT 5, shorter than 128 bytes */
    static byte[] publish(int version, String topic, byte[] payload, int qos, int packetId, int... properties)
            throws IOException {
        var body = new ByteArrayOutputStream();
        var out = new DataOutputStream(body);
        out.writeUTF(topic);
        if (qos > 0) {
            out.writeShort(packetId);
        }
        if (version == 5) {
            out.writeByte(properties.length);
            out.write(bytes(properties));
        }
        out.write(payload);
        return packet(0x30 | qos << 1, body.toByteArray());
    }

    static byte[] subscribe(int version, String filter, int qos, int packetId) throws IOException {
        var body = new ByteArrayOutputStream();
        var out = new DataOutputStream(body);
        out.writeShort(packetId);
        if (version == 5) {
            out.writeByte(0);
        }
        out.writeUTF(filter);
        out.writeByte(qos);
        return packet(0x82, body.toByteArray());
    }

    static byte[] disconnect() {
        return bytes(0xe0, 0);
    }

    /** The next packet. @throws EOFException when the broker has closed the connection */
    Packet next() throws IOException {
        int first = in.readUnsignedByte();
        int length = 0;
        int shift = 0;
        int digit;
        do {
            digit = in.readUnsignedByte();
            length |= (digit & 0x7f) << shift;
            shift += 7;
        } while ((digit & 0x80) != 0);
        var body = new byte[length];
        in.readFully(body);
        return new Packet(first >> 4, first & 0xf, body);
    }

    /** Whether the broker ends the connection without another word. */
    boolean isClosedByBroker() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketTimeoutException open) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    static byte[] bytes(int... values) {
        var bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    static byte[] packet(int first, byte[] body) throws IOException {
        var out = new ByteArrayOutputStream();
        out.write(first);
        int left = body.length;
        do {
            int digit = left & 0x7f;
            left >>= 7;
            out.write(left > 0 ? digit | 0x80 : digit);
        } while (left > 0);
        out.write(body);
        return out.toByteArray();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
