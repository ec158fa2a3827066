package io.lumia.bench;

import io.lumia.bench.ServerConnection.Holder;
import io.lumia.crypto.KeyPairs;
import io.lumia.x509.CertificateRequest;
import java.util.ArrayList;
import java.util.List;

/** Sign, renew and rekey: each worker has a connection of its own, and a certificate of its own where it needs one. */
final class StepWorkload implements Workload {
    private final Surroundings surroundings;
    private final Subject subject;
    private final Requests requests;
    private final TokenSigner tokens;
    private final Prepared<Wanted> wanted;
    private final List<ServerConnection> connections = new ArrayList<>();
    private final List<Operation> workers = new ArrayList<>();

    private record Wanted(String csr, String token) {}

    private StepWorkload(
            IssuanceCase which, Surroundings surroundings, Subject subject, Requests requests, TokenSigner tokens) {
        this.surroundings = surroundings;
        this.subject = subject;
        this.requests = requests;
        this.tokens = tokens;
        // only the key of a rekey's CSR counts, so it takes no token
        this.wanted = new Prepared<>(() -> {
            var request = requests.request();
            return new Wanted(request.pem(), which == IssuanceCase.SIGN ? tokens.token(request.name()) : "");
        });
    }

    static StepWorkload begin(
            IssuanceCase which,
            Surroundings surroundings,
            Subject subject,
            Requests requests,
            TokenSigner tokens,
            int workers)
            throws Refused {
        var workload = new StepWorkload(which, surroundings, subject, requests, tokens);
        try {
            for (int i = 0; i < workers; i++) {
                workload.workers.add(workload.operation(which));
            }
            return workload;
        } catch (Refused refused) {
            workload.close();
            throw refused;
        }
    }

    private Operation operation(IssuanceCase which) throws Refused {
        return switch (which) {
            case ACME, ACME_ONE -> throw new IllegalArgumentException(which + " is not of the step API");
            case SIGN -> {
                var client = client(true, false);
                yield () -> {
                    var next = wanted.get();
                    return client.sign(next.csr(), next.token());
                };
            }
            case RENEW -> client(true, true)::renew;
            case RENEW_CONNECT -> client(false, true)::renew;
            case REKEY -> {
                var client = client(true, true);
                yield () -> client.rekey(wanted.get().csr());
            }
        };
    }

    private StepClient client(boolean keepAlive, boolean certified) throws Refused {
        var holder = certified ? enrol() : null;
        var connection = new ServerConnection(surroundings.vertx(), subject, keepAlive, holder);
        connections.add(connection);
        return new StepClient(subject, connection);
    }

    private Holder enrol() throws Refused {
        try (var connection = new ServerConnection(surroundings.vertx(), subject, false, null)) {
            var pair = KeyPairs.p256();
            var name = requests.name();
            var csr = CertificateRequest.create(pair, name, List.of(name));
            return new StepClient(subject, connection).enrol(pair, csr, tokens.token(name));
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
