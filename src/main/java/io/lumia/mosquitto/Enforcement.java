package io.lumia.mosquitto;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.DescribeCertificate;
import io.lumia.bus.FleetBus.ListDevices;
import io.lumia.bus.FleetBus.RevocationEnforced;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes Mosquitto obey revocations: list in force, sessions ended, both proved. One after the other. For one event loop. */
final class Enforcement {
    static final String BROKER = "mosquitto";
    private static final Logger log = LoggerFactory.getLogger(Enforcement.class);
    private static final int ALL = 1000;
    /** Each try costs an entry in the list. */
    private static final List<Duration> AGAIN =
            List.of(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(30));

    private final Vertx vertx;
    private final RevocationLists lists;
    private final Canary canary;
    private final Administration administration;
    private final String ours;
    private final BrokerProcess process;
    private final WorkerExecutor workers;
    private final Duration patience;
    private final Clock clock;
    private final Map<SerialNumber, Revocation> pending = new LinkedHashMap<>();
    private boolean busy;
    private int failures;

    /** @param identity empty: not known here */
    private record Revocation(String identity, Instant at) {}

    /** @param ours the identity by which Lumia administers the broker */
    Enforcement(
            Vertx vertx,
            RevocationLists lists,
            Canary canary,
            Administration administration,
            String ours,
            BrokerProcess process,
            WorkerExecutor workers,
            Duration patience,
            Clock clock) {
        this.vertx = vertx;
        this.lists = lists;
        this.canary = canary;
        this.administration = administration;
        this.ours = ours;
        this.process = process;
        this.workers = workers;
        this.patience = patience;
        this.clock = clock;
    }

    /** Told by the authority. */
    void revoked(SerialNumber serial, String identity, Instant at) {
        if (!canary.isOwn(serial)) {
            pending.put(serial, new Revocation(identity, at));
            work();
        }
    }

    /** Looks for what was revoked at the CA by others. */
    Future<Void> look() {
        return lists.refresh().compose(this::found);
    }

    private Future<Void> found(Set<SerialNumber> listed) {
        var unknown = listed.stream()
                .filter(serial -> !canary.isOwn(serial) && !pending.containsKey(serial))
                .toList();
        return Future.join(unknown.stream().map(this::identified).toList()).mapEmpty();
    }

    private Future<Void> identified(SerialNumber serial) {
        var now = clock.instant();
        return FleetBus.DESCRIBE_CERTIFICATE
                .ask(vertx, new DescribeCertificate(serial))
                .map(told -> told instanceof CertificateDescription.Known known
                        ? known.certificate().identity()
                        : "")
                .otherwise("")
                .map(identity -> {
                    revoked(serial, identity, now);
                    return null;
                });
    }

    private void work() {
        if (busy || pending.isEmpty()) {
            return;
        }
        busy = true;
        var batch = Map.copyOf(pending);
        enforce(batch)
                .onComplete(
                        done -> {
                            batch.keySet().forEach(pending::remove);
                            batch.forEach(this::tell);
                            failures = 0;
                            busy = false;
                            work();
                            others();
                        },
                        failure -> {
                            log.atError()
                                    .addKeyValue("serials", batch.keySet())
                                    .addKeyValue("reason", failure.getMessage())
                                    .log("revocation is not enforced at Mosquitto yet, trying again");
                            var pause = AGAIN.get(Math.min(failures++, AGAIN.size() - 1));
                            vertx.setTimer(pause.toMillis(), waited -> {
                                busy = false;
                                work();
                            });
                        });
    }

    private Future<Void> enforce(Map<SerialNumber, Revocation> batch) {
        return canary.sacrifice().compose(sacrificed -> {
            // revoked last, so a list that has it has the others as well, unless they ended meanwhile
            return lists.refreshUntil(SerialNumber.of(sacrificed.leaf()))
                    .compose(this::found)
                    .compose(read -> canary.refused(sacrificed, patience))
                    .recover(stale -> restart(sacrificed, stale))
                    .compose(inForce -> concerned(batch))
                    .compose(administration::end);
        });
    }

    /** Where a signal is not enough. */
    private Future<Void> restart(TlsMaterial sacrificed, Throwable stale) {
        return workers.executeBlocking(process::restart, false)
                .compose(restarted -> restarted ? canary.refused(sacrificed, patience) : Future.failedFuture(stale));
    }

    /** Whose sessions end: everybody's when it is not known whom a certificate belongs to; those with a good one come again. */
    private Future<List<String>> concerned(Map<SerialNumber, Revocation> batch) {
        var named = batch.values().stream().map(Revocation::identity).collect(Collectors.toSet());
        if (!named.contains("")) {
            return Future.succeededFuture(withoutOurs(named));
        }
        log.atWarn()
                .addKeyValue("serials", batch.keySet())
                .log("a revoked certificate is of nobody known here, so all sessions of the fleet are ended once");
        return FleetBus.LIST_DEVICES
                .ask(vertx, new ListDevices("", 0, ALL))
                .map(page -> withoutOurs(page.devices().stream()
                        .map(device -> device.name().value())
                        .collect(Collectors.toSet())));
    }

    /** Who ends its own connection never hears the answer. */
    private List<String> withoutOurs(Set<String> identities) {
        return identities.stream().filter(identity -> !identity.equals(ours)).toList();
    }

    private void tell(SerialNumber serial, Revocation revocation) {
        var told = Duration.between(revocation.at(), clock.instant());
        var elapsed = told.isNegative() ? Duration.ZERO : told;
        FleetBus.REVOCATION_ENFORCED.publish(vertx, new RevocationEnforced(BROKER, serial, elapsed));
        log.atInfo()
                .addKeyValue("identity", revocation.identity())
                .addKeyValue("serial", serial)
                .addKeyValue("elapsedMs", elapsed.toMillis())
                .log("revocation enforced: Mosquitto refuses the certificate and ended its sessions");
    }

    /** A list that shuts everybody out must not go unnoticed. */
    private void others() {
        canary.accepted()
                .onFailure(shut -> log.atError()
                        .addKeyValue("reason", shut.getMessage())
                        .log("Mosquitto does not let a good certificate in; check its log and mosquitto.crl-file"));
    }
}
