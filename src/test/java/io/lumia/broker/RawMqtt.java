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
    static final int SUBACK = 9;
    static final int DISCONNECT = 14;
    private static final int PATIENCE_MS = 20_000;

    private final SSLSocket socket;
    private final DataInputStream in;

    /** A packet as it came. */
    record Packet(int type, int flags, byte[] body) {
        int at(int index) {
            return body[index] & 0xff;
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
        var context = SSLContext.getInstance("TLS");
        context.init(
                new KeyManager[] {new SwappableKeys(own)},
                new TrustManager[] {new FleetTrust(List.of(broker.authority.root()))},
                null);
        var socket = (SSLSocket) context.getSocketFactory().createSocket();
        socket.setSoTimeout(PATIENCE_MS);
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.connect(new InetSocketAddress(host, broker.port()), PATIENCE_MS);
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
            @Nullable String will) {
        static Connect mqtt5(String clientId) {
            return new Connect(5, clientId, true, 0, new byte[0], null);
        }

        static Connect mqtt3(String clientId) {
            return new Connect(4, clientId, true, 0, new byte[0], null);
        }

        Connect keepAlive(int seconds) {
            return new Connect(version, clientId, clean, seconds, properties, will);
        }

        Connect will(String topic) {
            return new Connect(version, clientId, clean, keepAlive, properties, topic);
        }

        Connect resuming() {
            return new Connect(version, clientId, false, keepAlive, properties, will);
        }

        Connect properties(int... bytes) {
            return new Connect(version, clientId, clean, keepAlive, bytes(bytes), will);
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
                    out.writeByte(0);
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

    static byte[] publish(int version, String topic, byte[] payload, int qos, int packetId) throws IOException {
        var body = new ByteArrayOutputStream();
        var out = new DataOutputStream(body);
        out.writeUTF(topic);
        if (qos > 0) {
            out.writeShort(packetId);
        }
        if (version == 5) {
            out.writeByte(0);
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

    private static byte[] packet(int first, byte[] body) throws IOException {
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
