package io.lumia.authority.acme;

import io.lumia.config.HostPort;
import io.lumia.x509.Printable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.lookup.LookupResult;
import org.xbill.DNS.lookup.LookupSession;
import org.xbill.DNS.lookup.NoSuchDomainException;
import org.xbill.DNS.lookup.NoSuchRRSetException;

/** Addresses of DNS names outside the fleet: from the configured server, or as the system resolves them. */
final class Names {
    private static final int SYSTEM_LOOKUPS = 4;

    private final Vertx vertx;
    private final WorkerExecutor system;
    private final @Nullable LookupSession session;
    private final LookupSession texts;
    private final Duration patience;

    Names(Vertx vertx, @Nullable HostPort resolver, Duration timeout) {
        this.vertx = vertx;
        system = vertx.createSharedWorkerExecutor("lumia-acme-names", SYSTEM_LOOKUPS);
        session = resolver == null ? null : session(resolver, timeout);
        texts = session == null ? session(null, timeout) : session;
        patience = timeout.multipliedBy(2);
    }

    /** IPv4 before IPv6, at least one. Fails with {@link AcmeRefusal} of type dns. */
    Future<List<InetAddress>> resolve(String name) {
        var dns = session;
        return bounded(dns == null ? bySystem(name) : byServer(dns, name), name);
    }

    /** TXT records of the name, after all CNAMEs; empty: it has none. Fails with {@link AcmeRefusal} of type dns. */
    Future<List<String>> texts(String name) {
        var answer = Future.fromCompletionStage(texts.lookupAsync(absolute(name), Type.TXT), vertx.getOrCreateContext())
                .map(Names::joined)
                .recover(failure -> isAbsent(failure)
                        ? Future.succeededFuture(List.of())
                        : Future.failedFuture(unresolved(name, "the DNS server does not answer, or not well")));
        return bounded(answer, name);
    }

    /** However long a chain of CNAMEs and slow servers is. */
    private <T> Future<T> bounded(Future<T> answer, String name) {
        return answer.timeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                .recover(failure -> Future.failedFuture(
                        failure instanceof TimeoutException
                                ? unresolved(name, "no answer within " + patience.toMillis() + " ms")
                                : failure));
    }

    Future<Void> close() {
        return system.close();
    }

    /** Without a cache: what is asked for was put there a moment ago. */
    private static LookupSession session(@Nullable HostPort resolver, Duration timeout) {
        Resolver server = resolver == null
                ? new ExtendedResolver()
                : new SimpleResolver(new InetSocketAddress(resolver.host(), resolver.port()));
        server.setTimeout(timeout);
        return LookupSession.builder().resolver(server).build();
    }

    private Future<List<InetAddress>> bySystem(String name) {
        return system.executeBlocking(
                () -> {
                    try {
                        return List.of(InetAddress.getAllByName(name));
                    } catch (UnknownHostException unknown) {
                        throw unresolved(name, "no such host");
                    }
                },
                false);
    }

    private Future<List<InetAddress>> byServer(LookupSession dns, String name) {
        var absolute = absolute(name);
        var four = ask(dns, absolute, Type.A);
        var six = ask(dns, absolute, Type.AAAA);
        return Future.join(four, six).transform(both -> {
            var found = new ArrayList<InetAddress>();
            found.addAll(four.succeeded() ? four.result() : List.of());
            found.addAll(six.succeeded() ? six.result() : List.of());
            if (!found.isEmpty()) {
                return Future.succeededFuture(List.copyOf(found));
            }
            return Future.failedFuture(
                    four.failed()
                            ? unresolved(name, "the DNS server does not answer")
                            : unresolved(name, "it has neither A nor AAAA records"));
        });
    }

    private Future<List<InetAddress>> ask(LookupSession dns, Name name, int type) {
        return Future.fromCompletionStage(dns.lookupAsync(name, type), vertx.getOrCreateContext())
                .map(Names::addresses)
                .recover(failure ->
                        isAbsent(failure) ? Future.succeededFuture(List.of()) : Future.failedFuture(failure));
    }

    private static boolean isAbsent(Throwable failure) {
        var cause = failure instanceof java.util.concurrent.CompletionException ? failure.getCause() : failure;
        return cause instanceof NoSuchDomainException || cause instanceof NoSuchRRSetException;
    }

    private static List<InetAddress> addresses(LookupResult answer) {
        var found = new ArrayList<InetAddress>();
        for (Record entry : answer.getRecords()) {
            if (entry instanceof ARecord four) {
                found.add(four.getAddress());
            } else if (entry instanceof AAAARecord six) {
                found.add(six.getAddress());
            }
        }
        return found;
    }

    private static Name absolute(String name) {
        try {
            return Name.fromString(name, Name.root);
        } catch (TextParseException notAName) {
            throw unresolved(name, "not a DNS name");
        }
    }

    /** The strings of one record belong together. */
    private static List<String> joined(LookupResult answer) {
        var found = new ArrayList<String>();
        for (Record entry : answer.getRecords()) {
            if (entry instanceof TXTRecord text) {
                found.add(text.getStringsAsByteArrays().stream()
                        .map(part -> new String(part, StandardCharsets.ISO_8859_1))
                        .collect(Collectors.joining()));
            }
        }
        return found;
    }

    private static AcmeRefusal unresolved(String name, String why) {
        return new AcmeRefusal(Problem.Kind.DNS, "cannot resolve " + Printable.quoted(name) + ": " + why);
    }
}
