package io.lumia.fakes;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** HTTP as bytes on a socket that is bound to an address of choice; each exchange has a connection of its own. */
public final class RawHttp {
    private static final int PATIENCE_MILLIS = 60_000;

    private RawHttp() {}

    /** What came back; {@code head} is the status line and headers. Status 0: the server closed without an answer. */
    public record Reply(int status, String head, String body) {}

    /** Sends a request with these header lines and this body, from this address. */
    public static Reply send(String from, int port, String start, List<String> headers, String body) {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        var text = new StringBuilder(start + " HTTP/1.1\r\nConnection: close\r\n");
        if (headers.stream().noneMatch(header -> header.startsWith("Host:"))) {
            text.append("Host: localhost:").append(port).append("\r\n");
        }
        headers.forEach(header -> text.append(header).append("\r\n"));
        if (bytes.length > 0) {
            text.append("Content-Length: ").append(bytes.length).append("\r\n");
        }
        return raw(from, port, text + "\r\n" + body);
    }

    /** Sends these bytes and reads until the server closes. */
    public static Reply raw(String from, int port, String text) {
        try (var socket = new Socket()) {
            var own = InetAddress.getByName(from);
            socket.bind(new InetSocketAddress(own, 0));
            socket.connect(new InetSocketAddress(from.contains(":") ? "::1" : "127.0.0.1", port), PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            var answer = exchange(socket, text.getBytes(StandardCharsets.UTF_8));
            if (answer.isEmpty()) {
                return new Reply(0, "", "");
            }
            int end = answer.indexOf("\r\n\r\n");
            return new Reply(
                    Integer.parseInt(answer.substring(9, 12)), answer.substring(0, end), answer.substring(end + 4));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** A server that has enough resets the connection, perhaps before all is sent; what it said before that counts. */
    private static String exchange(Socket socket, byte[] request) throws IOException {
        var answer = new ByteArrayOutputStream();
        try {
            socket.getOutputStream().write(request);
            socket.getOutputStream().flush();
        } catch (SocketException closed) {
            // the answer is still to be read
        }
        try {
            socket.getInputStream().transferTo(answer);
        } catch (SocketException reset) {
            // nothing more comes
        }
        return answer.toString(StandardCharsets.UTF_8);
    }
}
