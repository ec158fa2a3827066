package io.lumia.issuance;

import io.lumia.config.HostPort;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Lookup;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;

/** Asks whether a TXT record is seen: by the configured server, or by every authoritative server of the name's zone. */
final class TxtLookup {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final int DNS_PORT = 53;

    private final WorkerExecutor workers;
    private final @Nullable HostPort server;

    /** @param server null: the authoritative servers of each name, by the platform's resolver */
    TxtLookup(WorkerExecutor workers, @Nullable HostPort server) {
        this.workers = workers;
        this.server = server;
    }

    /** Which server does not show the value, and what it says instead; empty when all do. */
    Future<Optional<String>> unseen(String name, String value) {
        return workers.executeBlocking(() -> look(Name.fromString(name, Name.root), value), false);
    }

    private Optional<String> look(Name name, String value) throws IOException {
        var servers = server == null ? authoritative(name) : List.of(address(server));
        if (servers.isEmpty()) {
            return Optional.of("no authoritative server of " + name + " is found");
        }
        for (InetSocketAddress each : servers) {
            var fault = fault(each, name, value);
            if (fault.isPresent()) {
                return fault.map(what -> each.getAddress().getHostAddress() + ":" + each.getPort() + " " + what);
            }
        }
        return Optional.empty();
    }

    private static Optional<String> fault(InetSocketAddress server, Name name, String value) {
        try {
            var answer = ask(server, name);
            var texts = answer.getSection(Section.ANSWER).stream()
                    .filter(TXTRecord.class::isInstance)
                    .map(found -> String.join("", ((TXTRecord) found).getStrings()))
                    .toList();
            return texts.contains(value)
                    ? Optional.empty()
                    : Optional.of("says " + Rcode.string(answer.getRcode()) + " and has " + texts.size()
                            + " other TXT records");
        } catch (IOException silent) {
            return Optional.of("does not answer: " + silent.getMessage());
        }
    }

    private static Message ask(InetSocketAddress server, Name name) throws IOException {
        var resolver = new SimpleResolver(server);
        resolver.setTimeout(PATIENCE);
        return resolver.send(Message.newQuery(Record.newRecord(name, Type.TXT, DClass.IN)));
    }

    /** Those of the closest zone that has any. */
    private static List<InetSocketAddress> authoritative(Name name) throws IOException {
        for (int skipped = 1; skipped < name.labels() - 1; skipped++) {
            var records = new Lookup(new Name(name, skipped), Type.NS).run();
            if (records != null) {
                return addresses(records);
            }
        }
        return List.of();
    }

    private static List<InetSocketAddress> addresses(Record[] records) throws IOException {
        var found = new ArrayList<InetSocketAddress>();
        for (Record each : records) {
            if (each instanceof NSRecord ns) {
                found.add(new InetSocketAddress(
                        InetAddress.getByName(ns.getTarget().toString(true)), DNS_PORT));
            }
        }
        return found;
    }

    static InetSocketAddress address(HostPort server) throws IOException {
        return new InetSocketAddress(InetAddress.getByName(server.host()), server.port());
    }
}
