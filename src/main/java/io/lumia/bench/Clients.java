package io.lumia.bench;

import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Makes the clients of each case. */
final class Clients {
    private final Vertx vertx;
    private final Outside outside;
    private final AtomicLong names = new AtomicLong();

    Clients(Vertx vertx, Outside outside) {
        this.vertx = vertx;
        this.outside = outside;
    }

    /**
     * Clients with a connection each.
     *
     * @param operations one of each client; a call obtains one certificate
     */
    record Opened(List<Runnable> operations, List<AutoCloseable> connections) implements AutoCloseable {
        @Override
        public void close() {
            connections.forEach(connection -> {
                try {
                    connection.close();
                } catch (Exception gone) {
                    throw new BenchFailed("a connection cannot be closed: " + gone.getMessage(), gone);
                }
            });
        }
    }

    Opened open(IssuanceCase measured, Subject subject, int number) {
        var opened = new Opened(new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < number; i++) {
            switch (measured) {
                case ACME, ACME_ONE -> acme(subject, opened);
                case SIGN, RENEW, RENEW_NEW_TLS, REKEY -> step(measured, subject, opened);
            }
        }
        return opened;
    }

    private void acme(Subject subject, Opened opened) {
        var client = CaClient.open(vertx, subject.root(), null, true);
        var account = AcmeAccount.register(client, subject.directory(), outside);
        opened.connections.add(account);
        opened.operations.add(() -> account.obtain(name()));
    }

    private void step(IssuanceCase measured, Subject subject, Opened opened) {
        var client = measured == IssuanceCase.SIGN
                ? StepClient.open(vertx, subject)
                : StepClient.enrolled(vertx, subject, name(), measured != IssuanceCase.RENEW_NEW_TLS);
        opened.connections.add(client);
        opened.operations.add(
                switch (measured) {
                    case SIGN -> () -> client.sign(name());
                    case REKEY -> () -> client.rekey("rekeyed.bench.example");
                    default -> client::renew;
                });
    }

    private String name() {
        return "host-" + names.incrementAndGet() + ".bench.example";
    }
}
