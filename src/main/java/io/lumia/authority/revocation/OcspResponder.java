package io.lumia.authority.revocation;

import io.lumia.store.Revocations;
import io.lumia.store.Store;
import io.lumia.x509.OcspAnswer;
import io.lumia.x509.OcspAnswer.Refusal;
import io.lumia.x509.OcspAnswer.Status;
import io.lumia.x509.OcspIssuer;
import io.lumia.x509.OcspRequest;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.bouncycastle.asn1.ocsp.CertID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers OCSP requests for the certificates of the CA's issuers (RFC 6960), each from the database as it is now: what a revocation has committed is in
 * the next answer.
 */
final class OcspResponder {
    private static final Logger log = LoggerFactory.getLogger(OcspResponder.class);
    private static final int MOST_AT_ONCE = 500;
    private static final int LONGEST_REQUEST = 16 * 1024;
    private static final List<String> RESULTS =
            List.of("good", "revoked", "unknown", "malformed_request", "unauthorized", "try_later", "internal_error");

    private final Store store;
    private final Duration lifetime;
    private final WorkerExecutor worker;
    private final Clock clock;
    private final AtomicInteger inProgress = new AtomicInteger();
    private final Map<String, LongAdder> results = new ConcurrentHashMap<>();
    private volatile List<Answering> answering = List.of();

    /** Who answers for an issuer. A request is answered by the first that it names. */
    record Answering(OcspIssuer issuer, OcspSigner signer) {}

    /**
     * An answer as it goes out.
     *
     * @param lasting for how long it may be kept; null: it answers this one request only
     */
    record Reply(Buffer der, @Nullable Validity lasting) {}

    /**
     * @param lifetime of an answer
     * @param worker reads requests and signs answers
     */
    OcspResponder(Store store, Duration lifetime, WorkerExecutor worker, Clock clock) {
        this.store = store;
        this.lifetime = lifetime;
        this.worker = worker;
        this.clock = clock;
        RESULTS.forEach(result -> results.put(result, new LongAdder()));
    }

    /** Answers for these from now on. */
    void answerFor(List<Answering> issuers) {
        answering = List.copyOf(issuers);
    }

    /** @param der OCSPRequest; whatever it is, there is an answer */
    Future<Reply> answer(byte[] der) {
        if (der.length == 0 || der.length > LONGEST_REQUEST) {
            return Future.succeededFuture(refused(Refusal.MALFORMED_REQUEST));
        }
        if (inProgress.incrementAndGet() > MOST_AT_ONCE) {
            inProgress.decrementAndGet();
            return Future.succeededFuture(refused(Refusal.TRY_LATER));
        }
        return worker.executeBlocking(() -> OcspRequest.parse(der), false)
                .compose(request -> answering.stream()
                        .filter(one -> request.certificates().stream().anyMatch(one.issuer::issued))
                        .findFirst()
                        .map(one -> statuses(one.issuer, request)
                                .compose(found -> worker.executeBlocking(() -> signed(one, request, found), false)))
                        // RFC 5019, 2.2.3: not able to answer authoritatively
                        .orElseGet(() -> Future.succeededFuture(refused(Refusal.UNAUTHORIZED))))
                .otherwise(this::failed)
                .onComplete(done -> inProgress.decrementAndGet());
    }

    /** Since the start, by result; a request about several certificates counts as its gravest. */
    Map<String, Long> counts() {
        var counts = new TreeMap<String, Long>();
        results.forEach((result, count) -> counts.put(result, count.sum()));
        return counts;
    }

    private Future<Map<SerialNumber, Revocations.Status>> statuses(OcspIssuer issuer, OcspRequest request) {
        var serials = new LinkedHashSet<SerialNumber>();
        request.certificates().forEach(asked -> ours(issuer, asked).ifPresent(serials::add));
        return store.revocations().statuses(serials);
    }

    private Reply signed(Answering by, OcspRequest request, Map<SerialNumber, Revocations.Status> found) {
        var statuses = new ArrayList<Status>();
        for (CertID asked : request.certificates()) {
            statuses.add(ours(by.issuer, asked)
                    .flatMap(serial -> Optional.ofNullable(found.get(serial)))
                    .map(known -> status(asked, known))
                    .orElseGet(() -> new Status.Unknown(asked)));
        }
        var responder = by.signer.get();
        var now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        var window = new Validity(now, end(now, Validity.of(responder.certificate())));
        var der = new OcspAnswer(window, statuses, request.nonce()).signedBy(responder);
        var result = gravest(statuses);
        count(result);
        // an unknown certificate may be issued, or restored, the next moment
        return new Reply(Buffer.buffer(der), request.nonce() == null && !result.equals("unknown") ? window : null);
    }

    private Instant end(Instant now, Validity responder) {
        var wanted = now.plus(lifetime);
        return wanted.isAfter(responder.notAfter()) ? responder.notAfter() : wanted;
    }

    private static Optional<SerialNumber> ours(OcspIssuer issuer, CertID asked) {
        if (!issuer.issued(asked)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new SerialNumber(asked.getSerialNumber().getValue()));
        } catch (IllegalArgumentException nobodys) {
            return Optional.empty();
        }
    }

    private static Status status(CertID asked, Revocations.Status known) {
        if (known instanceof Revocations.Status.Revoked revoked) {
            return new Status.Revoked(asked, revoked.revocation());
        }
        return known instanceof Revocations.Status.Issued ? new Status.Good(asked) : new Status.Unknown(asked);
    }

    private static String gravest(List<Status> statuses) {
        if (statuses.stream().anyMatch(status -> status instanceof Status.Revoked)) {
            return "revoked";
        }
        return statuses.stream().allMatch(status -> status instanceof Status.Good) ? "good" : "unknown";
    }

    private Reply failed(Throwable cause) {
        if (cause instanceof IllegalArgumentException) {
            return refused(Refusal.MALFORMED_REQUEST);
        }
        log.atError().setCause(cause).log("an OCSP request could not be answered");
        return refused(Refusal.INTERNAL_ERROR);
    }

    private Reply refused(Refusal refusal) {
        count(refusal.name().toLowerCase(Locale.ROOT));
        return new Reply(Buffer.buffer(refusal.der()), null);
    }

    private void count(String result) {
        results.computeIfAbsent(result, first -> new LongAdder()).increment();
    }
}
