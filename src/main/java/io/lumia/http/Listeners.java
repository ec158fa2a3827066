package io.lumia.http;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;

/** HTTP servers with bounded lines, headers and idle time. */
public final class Listeners {
    static final int IDLE_SECONDS = 45;
    private static final int HEADER_BYTES = 8 * 1024;
    private static final int LINE_BYTES = 4 * 1024;

    private Listeners() {}

    /** HTTP/1.1 only, with and without TLS: nobody here needs HTTP/2, and its floods are not ours to fight. */
    public static HttpServerOptions options(String host, int port) {
        return new HttpServerOptions()
                .setHost(host)
                .setPort(port)
                .setUseAlpn(false)
                .setHttp2ClearTextEnabled(false)
                .setMaxInitialLineLength(LINE_BYTES)
                .setMaxHeaderSize(HEADER_BYTES)
                .setMaxChunkSize(8 * 1024)
                .setIdleTimeout(IDLE_SECONDS);
    }

    /** Answers what is no HTTP request; for {@code HttpServer.invalidRequestHandler}. */
    public static void malformed(HttpServerRequest request) {
        problem(request.decoderResult().cause()).with("Connection", "close").answer(request.response());
    }

    /**
     * Why the server does not listen, as one sentence.
     *
     * @param key of the port's setting: {@code web.port}
     */
    public static String cannotListen(String key, String host, int port, Throwable cause) {
        // a BindException, or what the native transport throws in its place
        boolean taken = cause instanceof IOException
                && String.valueOf(cause.getMessage()).contains("in use");
        return key + ": cannot listen on " + host + ":" + port + ": "
                + (taken ? "the port is taken" : String.valueOf(cause.getMessage())) + "; stop what uses it or set "
                + key
                + " to a free port (0 picks one)";
    }

    private static Problem problem(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return Problem.of(
                    414, "address-too-long", "Address too long", "the request line exceeds " + LINE_BYTES + " bytes");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return Problem.of(
                    431, "headers-too-large", "Headers too large", "the headers exceed " + HEADER_BYTES + " bytes");
        }
        return Problem.of(400, "malformed-request", "Malformed request", "this is no HTTP/1.1 request");
    }
}
