package io.lumia.scenario;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Passes TCP on to one server after the other, as a balancer in TCP mode does; servers can be taken out and put back. */
final class Balancer implements AutoCloseable {
    private static final int CONNECT_MILLIS = 2000;

    private final ServerSocket listening;
    private final List<InetSocketAddress> servers;
    private final Set<Integer> out = ConcurrentHashMap.newKeySet();
    private final Map<Socket, Integer> open = new ConcurrentHashMap<>();
    private final AtomicInteger turn = new AtomicInteger();

    Balancer(String address, InetSocketAddress... servers) throws IOException {
        this.servers = List.of(servers);
        listening = new ServerSocket(0, 500, InetAddress.getByName(address));
        begin(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** Ends the connections of this server, and gives it no further ones. */
    void drop(int server) {
        out.add(server);
        open.forEach((socket, to) -> {
            if (to == server) {
                shut(socket);
            }
        });
    }

    void admit(int server) {
        out.remove(server);
    }

    private void accept() throws IOException {
        while (true) {
            var client = listening.accept();
            begin(() -> serve(client));
        }
    }

    private void serve(Socket client) throws IOException {
        client.setTcpNoDelay(true);
        for (int server : order()) {
            var onward = new Socket();
            try {
                onward.connect(servers.get(server), CONNECT_MILLIS);
            } catch (IOException down) {
                shut(onward);
                continue;
            }
            onward.setTcpNoDelay(true);
            open.put(client, server);
            open.put(onward, server);
            if (out.contains(server)) {
                shut(client);
                shut(onward);
            }
            begin(() -> pass(client, onward));
            begin(() -> pass(onward, client));
            return;
        }
        shut(client);
    }

    private List<Integer> order() {
        int first = turn.getAndIncrement();
        var order = new ArrayList<Integer>();
        for (int i = 0; i < servers.size(); i++) {
            int server = Math.floorMod(first + i, servers.size());
            if (!out.contains(server)) {
                order.add(server);
            }
        }
        return order;
    }

    private void pass(Socket from, Socket to) throws IOException {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void begin(Work work) {
        var thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException closed) {
                        // one of the two hung up
                    }
                },
                "balancer");
        thread.setDaemon(true);
        thread.start();
    }

    private static void shut(Socket socket) {
        try {
            socket.close();
        } catch (IOException gone) {
            // it is closed all the same
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        open.keySet().forEach(Balancer::shut);
    }
}
