package io.lumia.mqtt;

import io.lumia.fakes.Await;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A server that the test writes byte by byte. */
final class ByteServer {
    private static final long SECONDS = 60;

    /** CONNACK: accepted, no session, no properties. */
    static final String CONNACK = "20 03 00 00 00";

    static final String CONNACK_RESUMED = "20 03 01 00 00";

    private final NetServer server;
    private final BlockingQueue<Link> links = new LinkedBlockingQueue<>();

    ByteServer(Vertx vertx) {
        server = vertx.createNetServer().connectHandler(socket -> links.add(new Link(socket)));
        Await.result(server.listen(0, "127.0.0.1"));
    }

    int port() {
        return server.actualPort();
    }

    /** The next connection, whose CONNECT has come. */
    Link accepted() {
        try {
            var link = links.poll(SECONDS, TimeUnit.SECONDS);
            if (link == null) {
                throw new AssertionError("nobody connected");
            }
            return link;
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    /** One client's connection. */
    static final class Link {
        private final NetSocket socket;
        private final BlockingQueue<String> packets = new LinkedBlockingQueue<>();
        private Buffer rest = Buffer.buffer();
        volatile boolean ended;

        Link(NetSocket socket) {
            this.socket = socket;
            socket.handler(this::read);
            socket.closeHandler(closed -> ended = true);
            socket.exceptionHandler(broken -> {});
        }

        /** The next packet in hexadecimal digits. */
        String packet() {
            try {
                var packet = packets.poll(SECONDS, TimeUnit.SECONDS);
                if (packet == null) {
                    throw new AssertionError("no packet came");
                }
                return packet;
            } catch (InterruptedException interrupted) {
                throw new AssertionError(interrupted);
            }
        }

        /** What has come and was not looked at. */
        List<String> packetsSoFar() {
            var all = new ArrayList<String>();
            packets.drainTo(all);
            return all;
        }

        void send(String... packets) {
            var bytes = Buffer.buffer();
            for (String hex : packets) {
                bytes.appendBytes(HexFormat.of().parseHex(hex.replace(" ", "")));
            }
            Await.result(socket.write(bytes));
        }

        void cut() {
            Await.result(socket.close());
        }

        private void read(Buffer more) {
            rest = Buffer.buffer().appendBuffer(rest).appendBuffer(more);
            // the packets of these tests are shorter than 128 bytes
            while (rest.length() >= 2 && rest.length() >= 2 + rest.getByte(1)) {
                int length = 2 + rest.getByte(1);
                packets.add(HexFormat.ofDelimiter(" ").formatHex(rest.getBytes(0, length)));
                rest = rest.slice(length, rest.length());
            }
        }
    }
}
