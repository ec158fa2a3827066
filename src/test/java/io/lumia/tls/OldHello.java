package io.lumia.tls;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;

/** A ClientHello of an old version, byte by byte: the JDK does not speak those any more (RFC 5246, 7.4.1.2). */
final class OldHello {
    private static final int PATIENCE_MS = 60_000;
    private static final int HANDSHAKE = 22;
    private static final int ALERT = 21;
    private static final int[] SUITES = {0xc009, 0xc00a, 0xc013, 0xc014, 0xc02b, 0xc02c, 0x002f, 0x0035};
    private static final Map<String, Integer> MINOR = Map.of("TLSv1", 1, "TLSv1.1", 2, "TLSv1.2", 3);
    private static final Map<Integer, String> ALERTS = Map.of(40, "handshake_failure", 70, "protocol_version");

    private OldHello() {}

    /** What the listener says: {@code hello}, or the name of its alert. */
    static String answer(String host, int port, String version) throws IOException {
        try (var socket = new Socket()) {
            socket.setSoTimeout(PATIENCE_MS);
            socket.connect(new InetSocketAddress(host, port), PATIENCE_MS);
            socket.getOutputStream().write(hello(MINOR.get(version)));
            var in = new DataInputStream(socket.getInputStream());
            int type = in.readUnsignedByte();
            in.readFully(new byte[4]);
            if (type != ALERT) {
                return "hello";
            }
            in.readByte();
            int alert = in.readUnsignedByte();
            return ALERTS.getOrDefault(alert, "alert " + alert);
        }
    }

    private static byte[] hello(int minor) throws IOException {
        var extensions = new ByteArrayOutputStream();
        var ext = new DataOutputStream(extensions);
        extension(ext, 10, new byte[] {0, 4, 0, 23, 0, 24}); // supported_groups: P-256, P-384
        extension(ext, 11, new byte[] {1, 0}); // ec_point_formats: uncompressed
        if (minor >= 3) {
            extension(ext, 13, new byte[] {0, 4, 4, 3, 4, 1}); // signature_algorithms: SHA-256 with ECDSA, RSA
        }
        var body = new ByteArrayOutputStream();
        var hello = new DataOutputStream(body);
        hello.writeByte(3);
        hello.writeByte(minor);
        hello.write(new byte[32]);
        hello.writeByte(0);
        hello.writeShort(2 * SUITES.length);
        for (int suite : SUITES) {
            hello.writeShort(suite);
        }
        hello.writeShort(0x0100);
        hello.writeShort(extensions.size());
        hello.write(extensions.toByteArray());
        var packet = new ByteArrayOutputStream();
        var record = new DataOutputStream(packet);
        record.writeByte(HANDSHAKE);
        record.writeShort(0x0301);
        record.writeShort(body.size() + 4);
        record.writeByte(1);
        record.writeByte(0);
        record.writeShort(body.size());
        record.write(body.toByteArray());
        return packet.toByteArray();
    }

    private static void extension(DataOutputStream out, int type, byte[] value) throws IOException {
        out.writeShort(type);
        out.writeShort(value.length);
        out.write(value);
    }
}
