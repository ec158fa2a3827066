package io.lumia.metrics;

import static io.lumia.bus.FleetBus.BACKUP_ENDED;
import static io.lumia.bus.FleetBus.BROKER_RELOADED;
import static io.lumia.bus.FleetBus.CERTIFICATE_ISSUED;
import static io.lumia.bus.FleetBus.CERTIFICATE_NOT_ISSUED;
import static io.lumia.bus.FleetBus.CERTIFICATE_RENEWED;
import static io.lumia.bus.FleetBus.CERTIFICATE_REVOKED;
import static io.lumia.bus.FleetBus.CERTIFICATE_SHARED;
import static io.lumia.bus.FleetBus.FALLBACK_TAKEN;
import static io.lumia.bus.FleetBus.HOOK_RUN;
import static io.lumia.bus.FleetBus.INSTANCE_LOOKED_AT;
import static io.lumia.bus.FleetBus.LISTENER_RELOADED;
import static io.lumia.bus.FleetBus.PROVISIONING_ANSWERED;
import static io.lumia.bus.FleetBus.RENEWAL_FAILED;
import static io.lumia.bus.FleetBus.REQUESTS_SHED;
import static io.lumia.bus.FleetBus.REVOCATION_ENFORCED;
import static io.lumia.bus.FleetBus.STORE_PURGED;
import static io.lumia.bus.FleetBus.WATCHED_LOOKED_AT;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.BackupEnded;
import io.lumia.bus.FleetBus.BrokerReloaded;
import io.lumia.bus.FleetBus.CertificateIssued;
import io.lumia.bus.FleetBus.CertificateRenewed;
import io.lumia.bus.FleetBus.ListenerReloaded;
import io.lumia.bus.FleetBus.WatchedLookedAt;
import io.lumia.x509.DeviceName;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.Validity;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Meters fed by events of the bus. No label carries a device, a serial or a common name; their number does not grow with the fleet. */
final class FleetMeters {
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30)
    };

    private static final String RENEWAL_FAILURE = "lumia.acme.renewal.failure";
    private static final String FAILURE = "Renewals that failed; the old certificate stayed in use";
    private static final String PROVISIONING = "lumia.provisioning.requests";
    private static final String REQUESTS = "Requests for a first certificate";
    private static final String REVOCATION = "lumia.revocations";
    private static final String REVOKED = "Certificates revoked";
    private static final String PURGE = "lumia.store.purged";
    private static final String PURGED = "Rows that were deleted since they are no longer kept";
    private static final String SHED = "lumia.authority.shed";
    private static final String TURNED_AWAY = "Requests that the authority turned away for want of room";
    private static final String BACKUPS = "lumia.backups";
    private static final String BACKED_UP = "Backups that this process made and verified, or could not";
    private static final List<String> BACKUP_RESULTS = List.of("done", "failed");

    private static final String FALLBACK = "lumia.issuance.fallback";
    private static final String FALLEN_BACK = "Steps taken because a CA did not deliver a certificate";
    /** Those of {@link FleetBus.FallbackTaken}. */
    private static final List<String> FALLBACK_STEPS =
            List.of("retry", "given_up", "second_source", "kept", "self_signed", "nothing");
    /** Those of {@link FleetBus.RequestsShed}. */
    private static final List<String> LIMITS = List.of("requests", "queue");
    /** Those of {@link FleetBus.StorePurged}. */
    private static final List<String> PURGED_KINDS = List.of(
            "certificates",
            "orders",
            "authorizations",
            "challenges",
            "accounts",
            "external_keys",
            "step_tokens",
            "rate_limits",
            "web_sessions");
    /** Those of {@link FleetBus.RenewalFailed}. */
    private static final List<String> RENEWAL_FAILURES = List.of(
            "unreachable",
            "refused",
            "challenge",
            "invalid_certificate",
            "rolled_back",
            "internal",
            "backup",
            "installation",
            "reload",
            "test");
    /** Those of {@link FleetBus.HookRun}. */
    private static final List<String> HOOKS = List.of("webhook", "command");

    private static final List<String> HOOK_RESULTS = List.of("done", "failed", "given_up");
    /** Those of {@link FleetBus.ListenerReloaded} that are a change. */
    private static final List<String> RELOAD_RESULTS =
            List.of("reloaded", "rolled_back", "fallback", "refused", "trust_reloaded", "trust_rolled_back");
    /** Those of {@link FleetBus.BrokerReloaded}. */
    private static final List<String> BROKER_FILES = List.of("acl", "allowed", "trust", "crl");

    private static final List<String> BROKER_RELOAD_RESULTS = List.of("reloaded", "refused", "rolled_back");
    /** The usual ones of {@link FleetBus.ProvisioningAnswered}; others appear when they happen. */
    private static final List<String> PROVISIONING_RESULTS = List.of(
            "issued",
            "disabled",
            "not_whitelisted",
            "rate_limited",
            "name_claimed",
            "unfit_request",
            "malformed_request",
            "invalid_device_name",
            "unknown_token",
            "overloaded",
            "authority_unavailable");

    private final MeterRegistry registry;
    private final DeviceName app;
    private final Clock clock;
    private final Counter successes;
    private final Counter copies;
    private final AtomicLong lastRenewal = new AtomicLong();
    private final AtomicLong lastBackup = new AtomicLong();
    private final AtomicLong backupBytes = new AtomicLong();
    private final Map<String, AtomicLong> expiries = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> lifetimes = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> fallbacks = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> endpoints = new ConcurrentHashMap<>();

    /** @param app the application's identity, whose certificate is watched as a service's */
    FleetMeters(MeterRegistry registry, DeviceName app, Clock clock) {
        this.registry = registry;
        this.app = app;
        this.clock = clock;
        Gauge.builder("lumia.renewal.last.success.timestamp", lastRenewal, AtomicLong::get)
                .description("When a certificate was last renewed, in seconds since 1970; 0: not since the start")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("lumia.backup.last.success.timestamp", lastBackup, AtomicLong::get)
                .description(
                        "When this process last made and verified a backup, in seconds since 1970; 0: not since the start")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("lumia.backup.size", backupBytes, AtomicLong::get)
                .description("Size of that backup")
                .baseUnit("bytes")
                .register(registry);
        copies = Counter.builder("lumia.mqtt.certificate.shared")
                .description("Certificates that two clients used at once, so that one of them has a copy")
                .register(registry);
        successes = Counter.builder("lumia.acme.renewal.success")
                .description("Certificates renewed by ACME and in use")
                .register(registry);
        beginAtZero();
    }

    /** A counter that appears with its first increment hides that increment from {@code rate()}. */
    private void beginAtZero() {
        FALLBACK_STEPS.forEach(
                step -> counter(FALLBACK, FALLEN_BACK, "step", step).increment(0));
        PURGED_KINDS.forEach(kind -> counter(PURGE, PURGED, "kind", kind).increment(0));
        LIMITS.forEach(limit -> counter(SHED, TURNED_AWAY, "limit", limit).increment(0));
        RENEWAL_FAILURES.forEach(
                reason -> counter(RENEWAL_FAILURE, FAILURE, "reason", reason).increment(0));
        PROVISIONING_RESULTS.forEach(
                result -> counter(PROVISIONING, REQUESTS, "result", result).increment(0));
        BACKUP_RESULTS.forEach(
                result -> counter(BACKUPS, BACKED_UP, "result", result).increment(0));
        var unused = List.of(issueTime("acme", "issued"), renewalTime("acme"), enforcement("embedded"));
        HOOKS.forEach(
                hook -> HOOK_RESULTS.forEach(result -> hookRuns(hook, result).increment(0)));
        for (RevocationReason reason : RevocationReason.values()) {
            counter(REVOCATION, REVOKED, "reason", reason.label()).increment(0);
        }
    }

    Future<?> listen(Vertx vertx) {
        return Future.all(List.of(
                CERTIFICATE_ISSUED.listenHere(vertx, this::issued),
                CERTIFICATE_NOT_ISSUED.listenHere(
                        vertx, told -> issueTime(told.via(), told.result()).record(told.took())),
                FALLBACK_TAKEN.listenHere(
                        vertx,
                        taken -> counter(FALLBACK, FALLEN_BACK, "step", taken.step())
                                .increment()),
                STORE_PURGED.listenHere(
                        vertx,
                        purged -> counter(PURGE, PURGED, "kind", purged.kind()).increment((double) purged.rows())),
                REQUESTS_SHED.listenHere(
                        vertx,
                        shed -> counter(SHED, TURNED_AWAY, "limit", shed.limit())
                                .increment((double) shed.count())),
                CERTIFICATE_RENEWED.listenHere(vertx, this::renewed),
                RENEWAL_FAILED.listenHere(
                        vertx,
                        failed -> counter(RENEWAL_FAILURE, FAILURE, "reason", failed.reason())
                                .increment()),
                CERTIFICATE_REVOKED.listenHere(
                        vertx,
                        revoked -> counter(
                                        REVOCATION,
                                        REVOKED,
                                        "reason",
                                        revoked.reason().label())
                                .increment()),
                CERTIFICATE_SHARED.listenHere(vertx, shared -> copies.increment()),
                REVOCATION_ENFORCED.listenHere(
                        vertx, enforced -> enforcement(enforced.broker()).record(enforced.elapsed())),
                PROVISIONING_ANSWERED.listenHere(
                        vertx,
                        answered -> counter(PROVISIONING, REQUESTS, "result", answered.result())
                                .increment()),
                LISTENER_RELOADED.listenHere(vertx, this::reloaded),
                BROKER_RELOADED.listenHere(vertx, this::brokerReloaded),
                BACKUP_ENDED.listenHere(vertx, this::backupEnded),
                WATCHED_LOOKED_AT.listenHere(vertx, this::lookedAt),
                INSTANCE_LOOKED_AT.listenHere(vertx, looked -> expiry(looked.instance(), looked.validity())),
                HOOK_RUN.listenHere(
                        vertx, run -> hookRuns(run.hook(), run.result()).increment())));
    }

    /** Shows when the certificate of a service ends. */
    void expiry(String identity, Validity validity) {
        expiry(identity, validity.notBefore(), validity.notAfter());
    }

    private void expiry(String identity, @Nullable Instant notBefore, Instant notAfter) {
        expiries.computeIfAbsent(identity, this::expiryGauge).set(notAfter.getEpochSecond());
        if (notBefore != null) {
            lifetimes
                    .computeIfAbsent(identity, this::lifetimeGauge)
                    .set(Duration.between(notBefore, notAfter).toSeconds());
        }
    }

    private void backupEnded(BackupEnded ended) {
        counter(BACKUPS, BACKED_UP, "result", ended.result()).increment();
        if (ended.result().equals("done")) {
            lastBackup.set(clock.instant().getEpochSecond());
            backupBytes.set(ended.bytes());
        }
    }

    private void lookedAt(WatchedLookedAt looked) {
        if (looked.notAfter() != null) {
            expiry("watched:" + looked.name(), looked.notBefore(), looked.notAfter());
        }
        if (looked.endpoint() != null) {
            endpoints
                    .computeIfAbsent(looked.endpoint(), this::endpointGauge)
                    .set(Boolean.TRUE.equals(looked.up()) ? 1 : 0);
        }
    }

    private AtomicLong endpointGauge(String endpoint) {
        var up = new AtomicLong();
        Gauge.builder("lumia.watched.endpoint.up", up, AtomicLong::get)
                .description("Whether a watched endpoint answered as it should when it was last looked at")
                .tag("endpoint", endpoint)
                .register(registry);
        return up;
    }

    private void issued(CertificateIssued issued) {
        var certificate = issued.certificate();
        issueTime(certificate.via(), "issued").record(issued.took());
        if (app.equals(certificate.device()) && certificate.profile() == io.lumia.x509.Profile.DEVICE) {
            expiry("app", certificate.validity());
        }
    }

    private Timer issueTime(String via, String result) {
        return Timer.builder("lumia.certificate.issue.duration")
                .description("Time to answer a request for a certificate, durable storage included")
                .tags("via", via, "result", result)
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    private void renewed(CertificateRenewed renewed) {
        lastRenewal.set(clock.instant().getEpochSecond());
        if (renewed.method().equals("acme")) {
            successes.increment();
        }
        renewalTime(renewed.method()).record(renewed.took());
    }

    private Timer renewalTime(String method) {
        return timer(
                "lumia.renewal.duration", "From the decision to renew to the new certificate in use", "method", method);
    }

    private Timer enforcement(String broker) {
        return timer(
                "lumia.revocation.enforced",
                "From the revocation to the broker's word that the session is gone",
                "broker",
                broker);
    }

    private void reloaded(ListenerReloaded reloaded) {
        if (!fallbacks.containsKey(reloaded.listener())) {
            RELOAD_RESULTS.forEach(
                    result -> tlsReloads(reloaded.listener(), result).increment(0));
            if (reloaded.listener().equals("broker")) {
                BROKER_FILES.forEach(file -> BROKER_RELOAD_RESULTS.forEach(
                        result -> brokerReloads(file, result).increment(0)));
            }
        }
        expiry(reloaded.listener(), reloaded.validity());
        fallbacks
                .computeIfAbsent(reloaded.listener(), this::fallbackGauge)
                .set(reloaded.source().equals("fallback") ? 1 : 0);
        if (!reloaded.result().equals("started")) {
            tlsReloads(reloaded.listener(), reloaded.result()).increment();
        }
    }

    private Counter tlsReloads(String listener, String result) {
        return Counter.builder("lumia.tls.reloads")
                .description("Certificates swapped in a running listener")
                .tags("listener", listener, "result", result.toLowerCase(Locale.ROOT))
                .register(registry);
    }

    private void brokerReloaded(BrokerReloaded reloaded) {
        brokerReloads(reloaded.what(), reloaded.result()).increment();
    }

    private Counter brokerReloads(String what, String result) {
        return Counter.builder("lumia.broker.reloads")
                .description("Changed files that the running broker took, or did not")
                .tags("what", what, "result", result)
                .register(registry);
    }

    private Counter hookRuns(String hook, String result) {
        return Counter.builder("lumia.expiry.hooks")
                .description("Tries to tell others of a change of level")
                .tags("hook", hook, "result", result)
                .register(registry);
    }

    private AtomicLong expiryGauge(String identity) {
        var seconds = new AtomicLong();
        Gauge.builder("lumia.certificate.expiry.timestamp", seconds, AtomicLong::get)
                .description("When the certificate of a service ends, in seconds since 1970")
                .baseUnit("seconds")
                .tag("identity", identity)
                .register(registry);
        return seconds;
    }

    private AtomicLong lifetimeGauge(String identity) {
        var seconds = new AtomicLong();
        Gauge.builder("lumia.certificate.lifetime", seconds, AtomicLong::get)
                .description("Whole lifetime of that certificate: what is left of it is judged by its share")
                .baseUnit("seconds")
                .tag("identity", identity)
                .register(registry);
        return seconds;
    }

    private AtomicLong fallbackGauge(String listener) {
        var inUse = new AtomicLong();
        Gauge.builder("lumia.tls.fallback.in.use", inUse, AtomicLong::get)
                .description("1: the listener serves its fallback certificate, since none can be had from its source")
                .tag("listener", listener)
                .register(registry);
        return inUse;
    }

    private Counter counter(String name, String description, String label, String value) {
        return Counter.builder(name).description(description).tag(label, value).register(registry);
    }

    private Timer timer(String name, String description, String label, String value) {
        return Timer.builder(name)
                .description(description)
                .tag(label, value)
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }
}
