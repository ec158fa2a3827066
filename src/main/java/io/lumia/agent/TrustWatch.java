package io.lumia.agent;

import io.lumia.x509.Fingerprint;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32;

/**
 * Keeps an identity's roots those that its CA hands out: looks after it connected, before it renews and when it is told that there are others, and
 * tells the CA which it uses. Whatever fails leaves the roots as they are and is tried again. For one context.
 */
final class TrustWatch {
    /** Who renews often need not ask each time. */
    private static final Duration FRESH = Duration.ofMinutes(10);

    private final Identity identity;
    private final AgentEnvironment environment;
    private final AgentStory story;
    private final Patience patience;
    private final BooleanSupplier connected;
    private final Runnable foreign;

    private Instant lookedAt = Instant.MIN;
    /** What the CA was told in this process's time. */
    private String confirmed = "";
    /** What somebody said counts, while that is not known to be so. */
    private String awaited = "";
    /** Something that the CA issued was not of the roots in use. */
    private boolean doubted;

    private Future<?> looking = Future.succeededFuture();
    private int failures;
    private long timer = -1;
    private boolean stopped;

    /**
     * @param connected whether it is
     * @param foreign called when the certificate in use is not of the roots in use any more
     */
    TrustWatch(
            Identity identity,
            AgentEnvironment environment,
            AgentStory story,
            BooleanSupplier connected,
            Runnable foreign) {
        this.identity = identity;
        this.environment = environment;
        this.story = story;
        this.patience = new Patience(environment.config());
        this.connected = connected;
        this.foreign = foreign;
    }

    /** Looks soon, unless it did lately; all identities that connect at once do so spread over the window. */
    void connected() {
        if (timer < 0 && identity.learnsRoots() && (isStale() || !isConfirmed())) {
            sleep(share("connected"));
        }
    }

    /** A broker cannot be connected to: perhaps it goes by other roots. */
    void refused() {
        if (timer < 0 && identity.learnsRoots() && isStale()) {
            sleep(share("refused"));
        }
    }

    /**
     * Somebody says which bundle counts. That is a hint and no more: the roots come from the CA.
     *
     * @return whether it is the one in use, and the CA knows
     */
    boolean told(Fingerprint bundle) {
        if (!identity.learnsRoots() || (isConfirmed() && confirmed.equals(bundle.hex()))) {
            return true;
        }
        if (!awaited.equals(bundle.hex())) {
            awaited = bundle.hex();
            confirmed = "";
            sleep(share(awaited));
        }
        return false;
    }

    /** Looks before a renewal, unless it did lately; never fails. */
    Future<?> renewing() {
        if (stopped || !identity.learnsRoots() || !(isStale() || doubted)) {
            return Future.succeededFuture();
        }
        cancel();
        return look();
    }

    /** What the CA issued is not of the roots in use: there may be others. */
    void doubt() {
        doubted = true;
    }

    /** Whether it looks before it orders. */
    boolean isDoubted() {
        return doubted;
    }

    void stop() {
        stopped = true;
        cancel();
    }

    private boolean isStale() {
        return lookedAt.isBefore(environment.clock().instant().minus(FRESH));
    }

    private boolean isConfirmed() {
        return confirmed.equals(identity.bundle().hex());
    }

    /** Never fails. */
    private Future<?> look() {
        if (stopped || !looking.isComplete()) {
            return looking;
        }
        var begun = environment.clock().instant();
        doubted = false;
        looking = identity.learnRoots(connected.getAsBoolean())
                .onSuccess(this::learned)
                .compose(changed -> confirm(changed))
                .onSuccess(current -> looked(begun, current))
                .onFailure(failure -> failed(StepFailed.of(failure)))
                .otherwiseEmpty();
        return looking;
    }

    private void learned(boolean changed) {
        if (changed) {
            story.adopted(identity.bundle());
            if (!identity.isUnderRoots()) {
                foreign.run();
            }
        }
    }

    /** @return whether the roots in use are those of now */
    private Future<Boolean> confirm(boolean changed) {
        var bundle = identity.bundle().hex();
        if (isConfirmed() || identity.expired()) {
            return Future.succeededFuture(true);
        }
        boolean ask = changed || !awaited.isEmpty();
        return (ask ? Future.succeededFuture(false) : identity.hasConfirmedRoots())
                .compose(known -> known ? Future.succeededFuture(true) : identity.confirmRoots())
                .onSuccess(current -> confirmed = current ? bundle : "");
    }

    private void looked(Instant begun, boolean current) {
        failures = 0;
        if (stopped) {
            return;
        }
        if (!current) {
            sleep(patience.afterLoss(1));
            return;
        }
        lookedAt = begun;
        if (timer < 0) {
            awaited = "";
        }
    }

    private void failed(StepFailed failure) {
        if (stopped) {
            return;
        }
        failures++;
        var pause = patience.wait(failure, failures);
        story.report(
                failure, environment.clock().instant().plus(pause), "roots were not taken over, the present ones stay");
        sleep(pause);
    }

    /** By name and reason alone, so that no two identities share their moment with the same neighbours each time. */
    private Duration share(String reason) {
        var hash = new CRC32();
        hash.update((identity.name() + " " + reason).getBytes(StandardCharsets.UTF_8));
        long window = environment.config().trustWindow().toMillis();
        return Duration.ofMillis((window * hash.getValue()) >>> 32);
    }

    private void sleep(Duration pause) {
        if (stopped) {
            return;
        }
        cancel();
        timer = environment.vertx().setTimer(Math.max(1, pause.toMillis()), woken -> {
            timer = -1;
            // what is under way may have begun before the reason to look
            var unused = looking.transform(before -> look());
        });
    }

    private void cancel() {
        if (timer >= 0) {
            environment.vertx().cancelTimer(timer);
            timer = -1;
        }
    }
}
