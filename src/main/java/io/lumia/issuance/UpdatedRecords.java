package io.lumia.issuance;

import io.lumia.config.DnsConfig;
import io.lumia.config.HostPort;
import io.lumia.issuance.IssuanceFailed.Reason;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;
import org.xbill.DNS.Update;

/** Writes by dynamic update (RFC 2136), signed with a shared key where there is one (TSIG, RFC 8945). */
final class UpdatedRecords implements TxtRecords {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final WorkerExecutor workers;
    private final DnsConfig config;
    private final HostPort server;

    UpdatedRecords(WorkerExecutor workers, DnsConfig config, HostPort server) {
        this.workers = workers;
        this.config = config;
        this.server = server;
    }

    /** What an update does. */
    @FunctionalInterface
    private interface Change {
        void to(Update update, TXTRecord record) throws IOException;
    }

    @Override
    public Future<Void> add(String name, String value) {
        return change(name, value, Update::add);
    }

    @Override
    public Future<Void> remove(String name, String value) {
        return change(name, value, Update::delete);
    }

    private Future<Void> change(String name, String value, Change change) {
        return workers.executeBlocking(
                () -> {
                    try {
                        update(Name.fromString(name, Name.root), value, change);
                    } catch (IOException | IllegalArgumentException failure) {
                        throw failed("cannot be updated with " + name + ": " + failure.getMessage(), failure);
                    }
                    return null;
                },
                false);
    }

    private void update(Name name, String value, Change change) throws IOException, IssuanceFailed {
        var update = new Update(zone(name));
        change.to(update, new TXTRecord(name, DClass.IN, config.ttl().toSeconds(), value));
        var resolver = resolver();
        resolver.setTSIGKey(key());
        int answer = resolver.send(update).getRcode();
        if (answer != Rcode.NOERROR) {
            throw failed("does not update " + name + ": " + Rcode.string(answer) + "; " + remedy(answer), null);
        }
    }

    private static String remedy(int answer) {
        return switch (answer) {
            case Rcode.NOTAUTH, Rcode.BADSIG, Rcode.BADKEY, Rcode.BADTIME ->
                "check dns.tsig-name, dns.tsig-algorithm, dns.tsig-secret-file and both clocks, and that it has the zone"
                        + " (dns.zone)";
            case Rcode.REFUSED -> "let the key update TXT records of that name (BIND: update-policy)";
            case Rcode.NOTZONE -> "set dns.zone to the zone of the name";
            default -> "its log says more";
        };
    }

    /** The zone that the server says the name is in (RFC 2308, 3: a negative answer carries its SOA). */
    private Name zone(Name name) throws IOException, IssuanceFailed {
        if (config.zone() != null) {
            return Name.fromString(config.zone(), Name.root);
        }
        var answer = resolver().send(Message.newQuery(Record.newRecord(name, Type.SOA, DClass.IN)));
        for (int section : new int[] {Section.ANSWER, Section.AUTHORITY}) {
            for (Record found : answer.getSection(section)) {
                if (found instanceof SOARecord) {
                    return found.getName();
                }
            }
        }
        throw failed("does not say which zone " + name + " is in; set dns.zone", null);
    }

    private SimpleResolver resolver() throws IOException {
        var resolver = new SimpleResolver(TxtLookup.address(server));
        resolver.setTimeout(PATIENCE);
        return resolver;
    }

    private @Nullable TSIG key() throws IOException {
        var secret = config.tsigSecretFile();
        if (config.tsigName() == null || secret == null) {
            return null;
        }
        var bytes = Base64.getDecoder().decode(secret.read("dns.tsig-secret-file"));
        return new TSIG(
                TSIG.algorithmToName(config.tsigAlgorithm()), Name.fromString(config.tsigName(), Name.root), bytes);
    }

    private IssuanceFailed failed(String what, @Nullable Throwable cause) {
        return new IssuanceFailed(Reason.CHALLENGE, "the DNS server " + server + " " + what, null, cause);
    }
}
