package io.lumia.fakes;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** A port for what has to be told one before it listens. Where a listener can choose, let it listen on port 0. */
public final class FreePort {
    /**
     * Below those that systems hand out by themselves: so nobody else gets it meanwhile by accident, not even a client that tries to connect to it
     * before its server is there, and is connected to itself.
     */
    private static final int FIRST = 20_000;

    private static final int LAST = 32_000;
    private static final int TRIES = 100;

    private FreePort() {}

    /** On every address of this machine. */
    public static int anywhere() {
        return on(new InetSocketAddress(0).getAddress());
    }

    /** Nobody listens on it at present. */
    public static int on(InetAddress address) {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            try (var probe = new ServerSocket(port, 1, address)) {
                return probe.getLocalPort();
            } catch (IOException taken) {
                continue;
            }
        }
        throw new IllegalStateException("no free port on " + address);
    }
}
