package io.lumia.agent;

import static io.lumia.agent.AgentState.CERTIFIED;
import static io.lumia.agent.AgentState.CONNECTED;
import static io.lumia.agent.AgentState.FAILED;
import static io.lumia.agent.AgentState.NEW;
import static io.lumia.agent.AgentState.PROVISIONED;
import static io.lumia.agent.AgentState.RENEWING;
import static io.lumia.agent.AgentState.STOPPED;

import io.lumia.mqtt.ClientSession;
import io.lumia.mqtt.Ending;
import io.lumia.mqtt.Message;
import io.lumia.mqtt.MqttConnection;
import io.lumia.tls.IdentityFiles;
import io.lumia.tls.TlsMaterial;
import io.lumia.tls.WatchedFiles;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One identity's whole life: it makes its keys, claims its name, obtains certificates, stays connected over mTLS, and swaps certificates
 * without losing a message. All methods are called on the Vert.x context that called {@link #start}; listeners hear on it.
 */
public final class Agent {
    private static final int OUTBOX = 1000;
    private static final int WINDOW = 32;
    private static final Duration FAREWELL = Duration.ofSeconds(2);
    private static final Duration LOOK_AT_FILES = Duration.ofSeconds(1);
    /** The clock may jump and the machine sleep: never trust a timer for longer than this. */
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(1);

    private final DeviceName name;
    private final AgentEnvironment environment;
    private final AgentListener listener;
    private final Identity identity;
    private final ClientSession session = new ClientSession(OUTBOX, WINDOW);
    private final Map<String, Integer> filters = new LinkedHashMap<>();
    private final Promise<Void> firstConnected = Promise.promise();
    private final AgentStory story;
    private final Patience patience;
    private final LinkEars ears = new LinkEars();
    private final TrustWatch trust;

    private volatile AgentState state = NEW;
    private @Nullable MqttConnection link;
    private @Nullable TwoSlotSwap swap;
    /** Of the old connection while the new one was to take the session over: meant, if that succeeded. */
    private @Nullable Ending endedInSwap;

    private boolean busy;
    private boolean subscribedOnce;
    private boolean recovering;
    private int failures;
    private int renewalFailures;
    private Instant retryRenewalAt = Instant.MIN;
    private Instant connectedAt = Instant.MIN;
    private long timer = -1;
    private long fileWatch = -1;

    /** @param address from which it speaks and at which it answers challenges */
    public Agent(DeviceName name, InetAddress address, AgentEnvironment environment, AgentListener listener) {
        this.name = name;
        this.environment = environment;
        this.listener = listener;
        this.identity = new Identity(name, address, environment);
        this.story = new AgentStory(name);
        this.patience = new Patience(environment.config());
        this.trust = new TrustWatch(identity, environment, story, () -> link != null, this::foreign);
    }

    public DeviceName name() {
        return name;
    }

    /** Where it is; safe to read from any thread. */
    public AgentState state() {
        return state;
    }

    /** Begins this life where the disk says it stopped; fails when the identity's directory cannot be used. */
    public Future<Void> start() {
        return identity.load()
                .recover(unusable -> Future.failedFuture(new IllegalStateException(
                        "identity " + name + " cannot be used: " + unusable.getMessage(), unusable)))
                .map(begun -> {
                    if (state != STOPPED) {
                        recovering = begun == PROVISIONED && identity.generation() != null;
                        enter(begun);
                        advance();
                        watchFiles();
                    }
                    return null;
                });
    }

    /** Where an operator gives the certificate, a change of the files is what a renewal is elsewhere. */
    private void watchFiles() {
        var files = environment.orders().files(name);
        if (!files.isEmpty()) {
            fileWatch = new WatchedFiles(environment.vertx(), environment.workers(), files, this::filesChanged)
                    .every(LOOK_AT_FILES);
        }
    }

    private Future<?> filesChanged() {
        if (busy) {
            return Future.failedFuture("in the middle of a step; asked again");
        }
        if (state == CONNECTED) {
            return identity.hasNew().onSuccess(another -> {
                if (another) {
                    var unused = renewNow();
                }
            });
        }
        look();
        return Future.succeededFuture();
    }

    /** Completes when it is connected for the first time; fails when that will never be. */
    public Future<Void> connected() {
        return firstConnected.future();
    }

    /** Says goodbye to the broker and stops; what is on disk serves the next start. */
    public Future<Void> stop() {
        if (state == STOPPED) {
            return Future.succeededFuture();
        }
        enter(STOPPED);
        cancelTimer();
        trust.stop();
        environment.vertx().cancelTimer(fileWatch);
        firstConnected.tryFail("the identity was stopped");
        var last = link;
        link = null;
        if (last == null) {
            session.close();
            return Future.succeededFuture();
        }
        return session.hold()
                .timeout(FAREWELL.toMillis(), TimeUnit.MILLISECONDS)
                .otherwiseEmpty()
                .compose(quiet -> last.disconnect())
                .otherwiseEmpty()
                .onComplete(gone -> session.close());
    }

    /**
     * Sends. QoS 1 and 2 complete with the broker's acknowledgement, over however many connections that takes, and fail when the broker refuses
     * the message, and at once when too much waits already; QoS 0 fails without connection.
     */
    public Future<Void> publish(Message message) {
        if (message.qos() > 0) {
            return session.publish(message);
        }
        var through = link;
        return through == null ? Future.failedFuture("not connected") : through.publish(message);
    }

    /** Subscribes now or with the next connection, and again whenever the broker lost the session. */
    public Future<Void> subscribe(Map<String, Integer> wanted) {
        filters.putAll(wanted);
        var through = link;
        if (through == null || state != CONNECTED) {
            subscribedOnce = false;
            return Future.succeededFuture();
        }
        return through.subscribe(wanted);
    }

    /** Looks whether something is due; timers do this by themselves. */
    public void look() {
        if (!busy) {
            cancelTimer();
            advance();
        }
    }

    /**
     * Renews now, whatever the policy says; without effect unless it is connected.
     *
     * @return whether it begins; {@link AgentListener#renewed} or {@link AgentListener#notRenewed} tells the end
     */
    public boolean renewNow() {
        if (state != CONNECTED || busy) {
            return false;
        }
        cancelTimer();
        enter(RENEWING);
        advance();
        return true;
    }

    /**
     * Somebody says that the CA hands out this bundle of roots; it is asked for it, some time within {@code agent.trust-window}.
     *
     * @return whether it is in use already, and the CA knows
     */
    public boolean hearOfRoots(Fingerprint bundle) {
        return trust.told(bundle);
    }

    /** The bundle of roots in use; empty before provisioning. */
    public Optional<Fingerprint> roots() {
        return state == NEW ? Optional.empty() : Optional.of(identity.bundle());
    }

    /** Of the certificate in use. */
    public Optional<SerialNumber> serial() {
        return Optional.ofNullable(identity.generation()).map(IdentityFiles.Generation::serial);
    }

    /** Says goodbye to the broker and comes back by itself after the pause; without effect unless it is connected. */
    public void leave(Duration pause) {
        var last = link;
        if (state != CONNECTED || busy || last == null) {
            return;
        }
        busy = true;
        cancelTimer();
        session.hold()
                .timeout(FAREWELL.toMillis(), TimeUnit.MILLISECONDS)
                .otherwiseEmpty()
                .compose(quiet -> {
                    link = link == last ? null : link;
                    return last.disconnect();
                })
                .otherwiseEmpty()
                .onSuccess(gone -> left(pause));
    }

    private void left(Duration pause) {
        busy = false;
        if (state == CONNECTED) {
            enter(CERTIFIED);
            listener.disconnected();
            sleep(pause);
        }
    }

    /** One more certificate of this identity, kept nowhere; for who wants to see what the broker makes of one that is revoked. */
    public Future<TlsMaterial> spare() {
        return identity.spare();
    }

    /** The certificate in use and its key in the hands of somebody else; empty while there is none. */
    public Optional<CopiedPair> copy() {
        return identity.copy();
    }

    /** Connects and disconnects beside the real connection; fails when the broker does not accept this certificate. */
    public Future<Void> probe(TlsMaterial material) {
        return identity.probe(material);
    }

    /** The one place that says what comes next. */
    private void advance() {
        switch (state) {
            case STOPPED, FAILED -> cancelTimer();
            case NEW -> attempt(identity.claim().map(claimed -> claimed()));
            case PROVISIONED ->
                attempt(beforeOrder()
                        .compose(looked -> identity.order())
                        .compose(identity::promote)
                        .map(done -> certified()));
            case CERTIFIED -> attempt(identity.expired() ? Future.succeededFuture(expired()) : connect());
            case CONNECTED -> watch();
            case RENEWING -> renew();
        }
    }

    /** Who was away for long may know other roots than the CA has now. */
    private Future<?> beforeOrder() {
        return recovering || trust.isDoubted() ? trust.renewing() : Future.succeededFuture();
    }

    private void attempt(Future<AgentState> step) {
        busy = true;
        step.onComplete(
                next -> {
                    busy = false;
                    if (state != STOPPED) {
                        enter(next);
                        advance();
                    }
                },
                failure -> failed(StepFailed.of(failure)));
    }

    private AgentState claimed() {
        failures = 0;
        if (environment.rootFingerprint() != null) {
            trust.doubt(); // the CA may have more than the pinned one
        }
        story.tell("name claimed at the provisioning service", identity.generation());
        return identity.expired() ? PROVISIONED : CERTIFIED;
    }

    private AgentState certified() {
        failures = 0;
        story.tell("certificate obtained", identity.generation());
        return CERTIFIED;
    }

    private AgentState expired() {
        recovering = true;
        story.tell("certificate expired, ordering another one with the identity key", identity.generation());
        return PROVISIONED;
    }

    private Future<AgentState> connect() {
        var generation = identity.generation();
        if (generation == null) {
            return Future.succeededFuture(PROVISIONED);
        }
        return identity.connect(generation.material(), session, ears).compose(fresh -> {
            if (state == STOPPED) {
                return fresh.disconnect().map(STOPPED);
            }
            boolean known = fresh.terms().sessionPresent() && subscribedOnce;
            var ready = known ? Future.<Void>succeededFuture() : fresh.subscribe(filters);
            return ready.compose(subscribed -> fresh.isOpen()
                            ? Future.succeededFuture(connected(fresh))
                            : Future.failedFuture(StepFailed.retry(
                                    StepFailed.Reason.UNREACHABLE, "the broker closed the connection at once", null)))
                    .recover(failure -> fresh.disconnect().transform(gone -> Future.failedFuture(failure)));
        });
    }

    private AgentState connected(MqttConnection fresh) {
        link = fresh;
        subscribedOnce = true;
        connectedAt = environment.clock().instant();
        session.resume();
        identity.tidy().onFailure(story::untidy);
        enter(CONNECTED);
        story.tell("connected", identity.generation());
        if (recovering) {
            recovering = false;
            renewed(Duration.ZERO);
        }
        firstConnected.tryComplete();
        trust.connected();
        listener.connected();
        return CONNECTED;
    }

    /** Connected: sleeps until the certificate is due, or a failed renewal is to be tried again. */
    private void watch() {
        var due = identity.dueAt();
        var next = due.isAfter(retryRenewalAt) ? due : retryRenewalAt;
        var left = Duration.between(environment.clock().instant(), next);
        if (left.isNegative() || left.isZero()) {
            enter(RENEWING);
            advance();
        } else {
            sleep(left.compareTo(LOOK_AGAIN) < 0 ? left : LOOK_AGAIN);
        }
    }

    private void renew() {
        busy = true;
        var begun = environment.clock().instant();
        var attempt = new TwoSlotSwap(identity, session, ears);
        swap = attempt;
        trust.renewing()
                .compose(looked -> attempt.run(link, filters))
                .onComplete(fresh -> swapped(fresh, begun), failure -> notSwapped(StepFailed.of(failure)));
    }

    private void swapped(MqttConnection fresh, Instant begun) {
        busy = false;
        endedInSwap = null;
        if (state == STOPPED) {
            fresh.disconnect().otherwiseEmpty();
            return;
        }
        link = fresh;
        renewalFailures = 0;
        retryRenewalAt = Instant.MIN;
        connectedAt = environment.clock().instant();
        story.tell("certificate renewed, connection swapped", identity.generation());
        renewed(Duration.between(begun, connectedAt));
        environment.vertx().setTimer(Math.max(1, environment.config().overlap().toMillis()), overlapped -> {
            if (!busy && state != STOPPED) {
                identity.tidy().onFailure(story::untidy);
            }
        });
        if (fresh.isOpen()) {
            enter(CONNECTED);
            advance();
        } else {
            fresh.ending().ifPresent(ending -> {
                listener.ended(ending);
                lost(ending);
            });
        }
    }

    private void notSwapped(StepFailed failure) {
        busy = false;
        if (endedInSwap != null) {
            listener.ended(endedInSwap);
            endedInSwap = null;
        }
        if (state == STOPPED) {
            return;
        }
        renewalFailures++;
        doubt(failure);
        retryRenewalAt = environment.clock().instant().plus(renewalPause(failure));
        story.report(failure, retryRenewalAt, "certificate was not renewed, the old one stays in use");
        story.renewalFailed(environment.vertx(), failure, retryRenewalAt);
        listener.notRenewed(failure.reason().label());
        if (link == null) {
            listener.disconnected();
        }
        enter(link == null ? CERTIFIED : CONNECTED);
        advance();
    }

    private void failed(StepFailed failure) {
        busy = false;
        if (state == STOPPED) {
            return;
        }
        failures++;
        doubt(failure);
        if (failure.remedy() == StepFailed.Remedy.NONE) {
            story.end(failure);
            enter(FAILED);
            firstConnected.tryFail(failure);
            return;
        }
        var pause = patience.wait(failure, failures);
        var retryAt = environment.clock().instant().plus(pause);
        story.report(failure, retryAt, "identity cannot go on, trying again");
        if (recovering && state == PROVISIONED) {
            story.renewalFailed(environment.vertx(), failure, retryAt);
        }
        sleep(pause);
    }

    private void doubt(StepFailed failure) {
        if (failure.reason() == StepFailed.Reason.INVALID_CERTIFICATE) {
            trust.doubt();
        } else if (state == CERTIFIED) {
            trust.refused();
        }
    }

    /** The certificate in use is of a root that nobody trusts any more. */
    private void foreign() {
        if (state == CERTIFIED && !busy) {
            recovering = true;
            enter(PROVISIONED);
            look();
        } else {
            var unused = renewNow();
        }
    }

    private void lost(Ending ending) {
        link = null;
        var now = environment.clock().instant();
        boolean lasted = Duration.between(connectedAt, now)
                        .compareTo(environment.config().retryLongest())
                > 0;
        failures = lasted ? 1 : failures + 1;
        enter(CERTIFIED);
        listener.disconnected();
        var pause = patience.afterLoss(failures);
        story.lost(ending);
        sleep(pause);
    }

    private void renewed(Duration took) {
        var generation = identity.generation();
        if (generation != null) {
            story.renewed(environment.vertx(), generation, took);
            listener.renewed();
        }
    }

    private Duration renewalPause(StepFailed failure) {
        return patience.renewal(failure, renewalFailures, identity.left());
    }

    private void enter(AgentState next) {
        if (state != next) {
            state = next;
            listener.entered(next);
        }
    }

    private void sleep(Duration pause) {
        cancelTimer();
        timer = environment.vertx().setTimer(Math.max(1, pause.toMillis()), woken -> look());
    }

    private void cancelTimer() {
        if (timer >= 0) {
            environment.vertx().cancelTimer(timer);
            timer = -1;
        }
    }

    /** Hears both connections of a swap, and tells a loss from the end that a take-over brings. */
    private final class LinkEars implements MqttConnection.Listener {
        @Override
        public void message(Message message) {
            listener.message(message);
        }

        @Override
        public void closed(MqttConnection closed, Ending ending) {
            if (closed != link) {
                return;
            }
            if (state == RENEWING) {
                // the broker ends the old connection when the new one takes the session over, and what it says of that
                // may get lost
                link = null;
                if (swap != null && swap.isTakingOver()) {
                    endedInSwap = ending;
                } else {
                    listener.ended(ending);
                }
            } else if (state == CONNECTED) {
                cancelTimer();
                listener.ended(ending);
                lost(ending);
            }
        }
    }
}
