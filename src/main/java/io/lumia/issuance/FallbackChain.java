package io.lumia.issuance;

import io.lumia.issuance.IssuanceFailed.Reason;
import io.lumia.lifecycle.RetrySchedule;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * What is tried when a CA does not deliver: the same one again after a while, then the others in their order, then the last good certificate
 * stays in use; a self-signed one takes its place only where an operator wants that, and never for a client. Each step is told.
 */
public final class FallbackChain implements CertificateSource {
    private final Vertx vertx;
    private final List<CertificateSource> sources;
    private final Rules rules;
    private final FallbackStory story;
    private final Clock clock;
    private final RandomGenerator randomness;

    /**
     * How far it goes.
     *
     * @param tries of each source, from 1
     * @param schedule of the waits between them
     * @param selfSigned whether a server gets a self-signed certificate when it has none that is valid
     */
    public record Rules(int tries, RetrySchedule schedule, boolean selfSigned) {
        public Rules {
            if (tries < 1) {
                throw new IllegalArgumentException("tries must be at least 1, is " + tries);
            }
        }
    }

    /** How it ended. */
    public sealed interface Outcome {
        /**
         * A source delivered.
         *
         * @param issuer its address, or the method
         * @param second whether it was not the first one: the chain is in fallback
         */
        record Issued(TlsMaterial material, String method, String issuer, boolean second) implements Outcome {}

        /** None delivered; what is in use is still valid and stays. */
        record Kept(TlsMaterial material, IssuanceFailed failure) implements Outcome {}

        /** None delivered and nothing valid is in use; clients that verify will not connect. */
        record SelfSigned(TlsMaterial material, IssuanceFailed failure) implements Outcome {}

        /** None delivered, and there is nothing to go on with. */
        record Nothing(IssuanceFailed failure) implements Outcome {}
    }

    /** @param sources in order, at least one */
    public FallbackChain(
            Vertx vertx,
            List<CertificateSource> sources,
            Rules rules,
            FallbackStory story,
            Clock clock,
            RandomGenerator randomness) {
        if (sources.isEmpty()) {
            throw new IllegalArgumentException("a fallback chain needs at least one source");
        }
        this.vertx = vertx;
        this.sources = List.copyOf(sources);
        this.rules = rules;
        this.story = story;
        this.clock = clock;
        this.randomness = randomness;
    }

    /** That of the first source. */
    @Override
    public String method() {
        return sources.get(0).method();
    }

    /** That of the first source. */
    @Override
    public String issuer() {
        return sources.get(0).issuer();
    }

    /** Whether any source would answer; otherwise fails as the first one does. */
    @Override
    public Future<Void> health() {
        return sources.get(0).health().recover(first -> healthy(1, first));
    }

    private Future<Void> healthy(int index, Throwable first) {
        return index == sources.size()
                ? Future.failedFuture(first)
                : sources.get(index).health().recover(failure -> healthy(index + 1, first));
    }

    /** A certificate that was issued now, or a self-signed one where that is wanted; fails when the one in use has to stay. */
    @Override
    public Future<TlsMaterial> obtain(CertificateWish wish) {
        return deliver(wish).map(Delivery::material);
    }

    @Override
    public Future<Delivery> deliver(CertificateWish wish) {
        return follow(wish).compose(outcome -> {
            if (outcome instanceof Outcome.Issued issued) {
                return Future.succeededFuture(new Delivery(issued.material(), issued.method(), issued.issuer(), null));
            }
            if (outcome instanceof Outcome.SelfSigned own) {
                return Future.succeededFuture(
                        new Delivery(own.material(), SelfSignedSource.METHOD, SelfSignedSource.METHOD, own.failure()));
            }
            return Future.failedFuture(
                    outcome instanceof Outcome.Kept kept ? kept.failure() : ((Outcome.Nothing) outcome).failure());
        });
    }

    /** The most recently issued one that any source kept. */
    @Override
    public Future<Optional<TlsMaterial>> last() {
        return last(0, Optional.empty());
    }

    /** Goes along the chain; never fails for want of a certificate. */
    public Future<Outcome> follow(CertificateWish wish) {
        return attempt(wish, 0, 1);
    }

    private Future<Outcome> attempt(CertificateWish wish, int index, int number) {
        var source = sources.get(index);
        return source.obtain(wish)
                .<Outcome>map(material -> new Outcome.Issued(material, source.method(), source.issuer(), index > 0))
                .onSuccess(outcome -> {
                    if (index > 0) {
                        story.secondSource(wish, source);
                    }
                })
                .recover(failure -> next(wish, index, number, known(failure)));
    }

    private Future<Outcome> next(CertificateWish wish, int index, int number, IssuanceFailed failure) {
        if (number < rules.tries() && helps(failure)) {
            var wait = pause(number, failure);
            story.retry(wish, sources.get(index), failure, number, wait);
            return vertx.timer(wait.toMillis(), TimeUnit.MILLISECONDS)
                    .compose(waited -> attempt(wish, index, number + 1));
        }
        story.givenUp(wish, sources.get(index), failure, number);
        return index + 1 < sources.size() ? attempt(wish, index + 1, 1) : exhausted(wish, failure);
    }

    /** What the CA refuses it will refuse again, unless it said when to come back. */
    private static boolean helps(IssuanceFailed failure) {
        return switch (failure.reason()) {
            case UNREACHABLE, CHALLENGE, INTERNAL -> true;
            case REFUSED -> failure.retryAfter().isPresent();
            case INVALID_CERTIFICATE -> false;
        };
    }

    /** As long as the CA asks, but no longer than the schedule goes: another source may be free. */
    private Duration pause(int number, IssuanceFailed failure) {
        var ours = rules.schedule().delay(number, randomness);
        var asked = failure.retryAfter().orElse(ours);
        var longest = rules.schedule().longest();
        var wait = asked.compareTo(ours) < 0 ? ours : asked;
        return wait.compareTo(longest) > 0 && ours.compareTo(longest) <= 0 ? longest : wait;
    }

    private Future<Outcome> exhausted(CertificateWish wish, IssuanceFailed failure) {
        return good(wish).compose(good -> {
            if (good.isPresent()) {
                story.kept(wish, good.get(), failure);
                return Future.succeededFuture(new Outcome.Kept(good.get(), failure));
            }
            if (!rules.selfSigned() || wish.forClient()) {
                story.nothing(wish, failure);
                return Future.succeededFuture(new Outcome.Nothing(failure));
            }
            return new SelfSignedSource(vertx, clock).obtain(wish).map(own -> {
                story.selfSigned(wish, own, failure);
                return new Outcome.SelfSigned(own, failure);
            });
        });
    }

    /** What is in use, or what a source kept, while it is valid. */
    private Future<Optional<TlsMaterial>> good(CertificateWish wish) {
        return Optional.ofNullable(wish.current()).filter(this::valid).isPresent()
                ? Future.succeededFuture(Optional.ofNullable(wish.current()))
                : last().map(kept -> kept.filter(this::valid));
    }

    private boolean valid(TlsMaterial material) {
        return Validity.of(material.leaf()).contains(clock.instant());
    }

    private Future<Optional<TlsMaterial>> last(int index, Optional<TlsMaterial> best) {
        return index == sources.size()
                ? Future.succeededFuture(best)
                : sources.get(index)
                        .last()
                        .otherwise(Optional.empty())
                        .compose(kept -> last(index + 1, later(best, kept)));
    }

    private static Optional<TlsMaterial> later(Optional<TlsMaterial> one, Optional<TlsMaterial> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.or(() -> other);
        }
        return end(one.get()).isBefore(end(other.get())) ? other : one;
    }

    private static Instant end(TlsMaterial material) {
        return material.leaf().getNotAfter().toInstant();
    }

    private static IssuanceFailed known(Throwable failure) {
        return failure instanceof IssuanceFailed issuance
                ? issuance
                : new IssuanceFailed(Reason.INTERNAL, "unexpected failure: " + failure, null, failure);
    }
}
