package io.lumia.broker;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;

/** TCP connections to a broker whose TLS handshakes never end. */
final class HalfHandshakes implements AutoCloseable {
    private static final int PATIENCE_MS = (int) TestBroker.PATIENCE.toMillis();

    private final TestBroker broker;
    private final List<Socket> open = new ArrayList<>();
    private final byte[] hello;

    HalfHandshakes(TestBroker broker) throws Exception {
        this.broker = broker;
        this.hello = hello();
    }

    /** Connects and says nothing. */
    Socket silent() throws IOException {
        var socket = new Socket();
        socket.setSoTimeout(PATIENCE_MS);
        socket.connect(new InetSocketAddress("127.0.0.1", broker.port()), PATIENCE_MS);
        open.add(socket);
        return socket;
    }

    /** Says ClientHello and no more. */
    Socket afterHello() throws IOException {
        var socket = silent();
        socket.getOutputStream().write(hello);
        return socket;
    }

    /** Sends one byte of a ClientHello after the other, as long as it may. */
    static boolean isCutWhileSendingSlowly(Socket socket, byte[] hello) throws Exception {
        try {
            for (byte each : hello) {
                socket.getOutputStream().write(each);
                socket.setSoTimeout(20);
                if (isClosed(socket)) {
                    return true;
                }
            }
        } catch (SocketException closed) {
            return true;
        }
        return false;
    }

    byte[] bytes() {
        return hello.clone();
    }

    /** Whether the broker closes before the socket's time is over. */
    static boolean isClosed(Socket socket) throws IOException {
        try {
            var in = socket.getInputStream();
            while (in.read() >= 0) {
                // its part of the handshake
            }
            return true;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    private static byte[] hello() throws Exception {
        var engine = SSLContext.getDefault().createSSLEngine("localhost", 8883);
        engine.setUseClientMode(true);
        engine.beginHandshake();
        var record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        var unused = engine.wrap(ByteBuffer.allocate(0), record);
        var bytes = new byte[record.flip().remaining()];
        record.get(bytes);
        return bytes;
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
    }
}
