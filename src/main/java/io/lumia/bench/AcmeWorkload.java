package io.lumia.bench;

import io.lumia.crypto.KeyPairs;
import java.util.ArrayList;
import java.util.List;

/** Each worker has an account and a connection of its own; the order's key and CSR are made before. */
final class AcmeWorkload implements Workload {
    private final List<ServerConnection> connections = new ArrayList<>();
    private final List<Operation> workers = new ArrayList<>();
    private final Prepared<Wanted> wanted;

    private record Wanted(String name, String csr) {}

    private AcmeWorkload(Requests requests) {
        wanted = new Prepared<>(() -> {
            var request = requests.request();
            return new Wanted(request.name(), request.der());
        });
    }

    static AcmeWorkload begin(Surroundings surroundings, Subject subject, Requests requests, int workers)
            throws Refused {
        var workload = new AcmeWorkload(requests);
        try {
            for (int i = 0; i < workers; i++) {
                workload.add(surroundings, subject);
            }
            return workload;
        } catch (Refused refused) {
            workload.close();
            throw refused;
        }
    }

    private void add(Surroundings surroundings, Subject subject) throws Refused {
        var connection = new ServerConnection(surroundings.vertx(), subject, true, null);
        connections.add(connection);
        var client = registered(surroundings, subject).on(connection);
        workers.add(() -> {
            var next = wanted.get();
            return client.certify(next.name(), next.csr());
        });
    }

    /** A worker's connection is opened and used by its own thread alone: Vert.x ties a connection to the thread that opened it. */
    private static AcmeClient registered(Surroundings surroundings, Subject subject) throws Refused {
        try (var connection = new ServerConnection(surroundings.vertx(), subject, true, null)) {
            return AcmeClient.register(subject, connection, KeyPairs.p256(), surroundings.challenges());
        }
    }

    @Override
    public List<Operation> workers() {
        return workers;
    }

    @Override
    public void prepare(int operations) {
        wanted.ahead(operations);
    }

    @Override
    public void close() {
        connections.forEach(ServerConnection::close);
    }
}
