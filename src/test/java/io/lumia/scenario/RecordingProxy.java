package io.lumia.scenario;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Passes TCP (or, with TLS sockets, what is inside of TLS) on and keeps what the clients say. */
final class RecordingProxy implements AutoCloseable {
    private final ServerSocket listening;
    private final Onward onward;
    private final List<ByteArrayOutputStream> requests = new ArrayList<>();
    private final List<Socket> open = new ArrayList<>();

    interface Onward {
        /** @param client whose address the server shall see */
        Socket connect(InetAddress client) throws IOException;
    }

    RecordingProxy(ServerSocket listening, Onward onward) {
        this.listening = listening;
        this.onward = onward;
        begin("accept", this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** What the clients sent, one text for each connection, a character for a byte. */
    List<String> requests() {
        synchronized (requests) {
            return requests.stream()
                    .map(request -> {
                        synchronized (request) {
                            return request.toString(ISO_8859_1);
                        }
                    })
                    .collect(Collectors.toList());
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void begin(String name, Work work) {
        var thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException closed) {
                        // one of the two hung up
                    }
                },
                "recording-proxy-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() throws IOException {
        while (true) {
            var client = listening.accept();
            begin("connection", () -> join(client));
        }
    }

    private void join(Socket client) throws IOException {
        var server = onward.connect(client.getInetAddress());
        synchronized (open) {
            open.addAll(List.of(client, server));
        }
        var request = new ByteArrayOutputStream();
        synchronized (requests) {
            requests.add(request);
        }
        begin("answers", () -> pass(server, client, OutputStream.nullOutputStream()));
        pass(client, server, request);
    }

    private static void pass(Socket from, Socket to, OutputStream record) throws IOException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            var buffer = new byte[16 * 1024];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                synchronized (record) {
                    record.write(buffer, 0, read);
                }
                to.getOutputStream().write(buffer, 0, read);
                to.getOutputStream().flush();
            }
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        synchronized (open) {
            for (var socket : open) {
                socket.close();
            }
        }
    }
}
