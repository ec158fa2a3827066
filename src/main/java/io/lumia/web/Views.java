package io.lumia.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.AuthorityDescription;
import io.lumia.bus.FleetBus.BrokerStatistics;
import io.lumia.bus.FleetBus.CertificateCounts;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.ClusterNode;
import io.lumia.bus.FleetBus.ClusterState;
import io.lumia.bus.FleetBus.DeviceRecord;
import io.lumia.bus.FleetBus.ProvisioningState;
import io.lumia.config.Durations;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the admin API answers, as it stands in JSON: times in ISO-8601 UTC, serials in lower-case hexadecimal. */
final class Views {
    private Views() {}

    /** @param certificate PEM; only where one certificate is asked for */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Certificate(
            String serial,
            String profile,
            String identity,
            List<String> names,
            @Nullable String device,
            String issuedAt,
            String notBefore,
            String notAfter,
            String status,
            String requester,
            String via,
            @Nullable String address,
            @Nullable String revokedAt,
            @Nullable String revocationReason,
            @Nullable String certificate) {

        static Certificate brief(CertificateRecord record) {
            return of(record, null);
        }

        static Certificate detail(CertificateRecord record) {
            return of(record, record.certificate());
        }

        private static Certificate of(CertificateRecord record, @Nullable String pem) {
            var reason = record.revocationReason();
            return new Certificate(
                    record.serial().toString(),
                    record.profile().label(),
                    record.identity(),
                    record.names(),
                    text(record.device()),
                    record.issuedAt().toString(),
                    record.validity().notBefore().toString(),
                    record.validity().notAfter().toString(),
                    record.status().name().toLowerCase(Locale.ROOT),
                    record.requester(),
                    record.via(),
                    record.address(),
                    text(record.revokedAt()),
                    reason == null ? null : reason.label(),
                    pem);
        }
    }

    record Certificates(List<Certificate> certificates, long total, boolean complete, int page, int size) {}

    /**
     * An act.
     *
     * @param number of its line in the log
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record AuditEntry(
            long number,
            String at,
            String actor,
            String action,
            String object,
            String outcome,
            @Nullable String address,
            @Nullable String correlation,
            Map<String, String> details) {
        static AuditEntry of(FleetBus.AuditEntry entry) {
            var act = entry.act();
            return new AuditEntry(
                    entry.sequence(),
                    act.at().toString(),
                    act.actor(),
                    act.action(),
                    act.object(),
                    act.outcome(),
                    act.address(),
                    act.correlation(),
                    act.details());
        }
    }

    /**
     * @param event an action of the audit log, or {@code certificate.replaced} and {@code certificate.expired}
     * @param what the same in words
     * @param number of its line in the audit log; absent: known from the certificate's record
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record HistoryEvent(
            String at,
            String event,
            String outcome,
            String what,
            @Nullable String actor,
            @Nullable String address,
            @Nullable String serial,
            @Nullable String correlation,
            @Nullable Long number,
            Map<String, String> details) {}

    /** @param complete whether these are all acts that the log has */
    record History(String name, List<Certificate> certificates, List<HistoryEvent> events, boolean complete) {}

    /** @param current whether everything was looked through; not while the index is made anew */
    record AuditPage(List<AuditEntry> entries, boolean more, boolean current, int page, int size) {
        static AuditPage of(FleetBus.AuditPage found, int page, int size) {
            return new AuditPage(
                    found.entries().stream().map(AuditEntry::of).toList(), found.more(), found.current(), page, size);
        }
    }

    record Issued(
            String serial,
            String issuedAt,
            String notBefore,
            String notAfter,
            String certificate,
            String chain,
            String root) {}

    record Provisioning(boolean enabled, @Nullable String offAt, List<String> whitelist, String setBy) {
        static Provisioning of(ProvisioningState state) {
            return new Provisioning(state.enabled(), text(state.offAt()), state.whitelist(), state.setBy());
        }
    }

    record Whitelist(List<String> entries) {}

    record Device(
            String name,
            String identityKey,
            String address,
            String claimedAt,
            @Nullable String latestSerial,
            @Nullable String latestNotAfter) {
        static Device of(DeviceRecord record) {
            return new Device(
                    record.name().value(),
                    record.identityKey(),
                    record.address(),
                    record.claimedAt().toString(),
                    text(record.latestSerial()),
                    text(record.latestNotAfter()));
        }
    }

    record Devices(List<Device> devices, long total, int page, int size) {}

    record Authority(
            String root,
            @Nullable String intermediate,
            String rootFingerprint,
            String rootNotAfter,
            @Nullable String intermediateNotAfter,
            String publicUrl,
            Map<String, String> acmeDirectories) {
        static Authority of(AuthorityDescription told) {
            return new Authority(
                    told.root(),
                    told.intermediate(),
                    told.rootFingerprint(),
                    told.rootNotAfter().toString(),
                    text(told.intermediateNotAfter()),
                    told.publicUrl(),
                    told.acmeDirectories());
        }
    }

    /** Null where the part does not run in this process or does not answer. */
    record Status(
            String time,
            @Nullable Provisioning provisioning,
            @Nullable Counts certificates,
            @Nullable Broker broker,
            @Nullable AuthoritySummary authority,
            @Nullable Cluster cluster) {}

    /** @param expected how many nodes there shall be */
    record Cluster(List<Node> nodes, int expected) {
        static Cluster of(ClusterState told) {
            return new Cluster(told.nodes().stream().map(Node::of).toList(), told.expected());
        }
    }

    /** @param self whether it is the one that answers */
    record Node(String name, String incarnation, String version, String since, String address, boolean self) {
        static Node of(ClusterNode told) {
            return new Node(
                    told.id().name(),
                    told.id().incarnation(),
                    told.version(),
                    told.since().toString(),
                    told.address(),
                    told.self());
        }
    }

    record AuthoritySummary(
            String publicUrl,
            String rootFingerprint,
            String rootNotAfter,
            @Nullable String intermediateNotAfter) {
        static AuthoritySummary of(AuthorityDescription told) {
            return new AuthoritySummary(
                    told.publicUrl(),
                    told.rootFingerprint(),
                    told.rootNotAfter().toString(),
                    text(told.intermediateNotAfter()));
        }
    }

    record Broker(long connections, long sessions, long retained) {
        static Broker of(BrokerStatistics told) {
            return new Broker(told.connections(), told.sessions(), told.retained());
        }
    }

    /** @param byStatus for each status the number by profile */
    record Counts(Map<String, Map<String, Long>> byStatus, Map<String, Long> expiringWithin) {
        static Counts of(CertificateCounts told) {
            var byStatus = new TreeMap<String, Map<String, Long>>();
            told.byStatusAndProfile().forEach((status, byProfile) -> {
                var labelled = new TreeMap<String, Long>();
                byProfile.forEach((profile, count) -> labelled.put(profile.label(), count));
                byStatus.put(status.name().toLowerCase(Locale.ROOT), labelled);
            });
            var expiring = new TreeMap<String, Long>();
            told.expiringWithin().forEach((within, count) -> expiring.put(Durations.text(within), count));
            return new Counts(byStatus, expiring);
        }
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }
}
