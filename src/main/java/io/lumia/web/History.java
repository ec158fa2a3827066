package io.lumia.web;

import io.lumia.bus.FleetBus.AuditEntry;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.web.Views.HistoryEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Puts records and acts together into one story, oldest first. */
final class History {
    private static final String ISSUE = "certificate.issue";
    private static final String REVOKE = "certificate.revoke";

    private final List<CertificateRecord> all;
    private final Map<Long, AuditEntry> acts = new LinkedHashMap<>();
    private final Instant now;

    private History(List<CertificateRecord> all, List<AuditEntry> acts, Instant now) {
        this.all = all;
        this.now = now;
        acts.forEach(act -> this.acts.put(act.sequence(), act));
    }

    /**
     * @param certificates whose story it is
     * @param all certificates of the same identity, for what came before and after
     * @param complete whether the acts are all there are
     */
    static Views.History of(
            String name,
            List<CertificateRecord> certificates,
            List<CertificateRecord> all,
            List<AuditEntry> acts,
            Instant now,
            boolean complete) {
        var history = new History(all, acts, now);
        var events = new ArrayList<HistoryEvent>();
        history.acts.values().forEach(act -> events.add(history.event(act)));
        certificates.forEach(certificate -> history.fromRecord(certificate, events));
        events.sort(Comparator.comparing((HistoryEvent event) -> Instant.parse(event.at())));
        return new Views.History(
                name, certificates.stream().map(Views.Certificate::brief).toList(), events, complete);
    }

    private HistoryEvent event(AuditEntry entry) {
        var act = entry.act();
        return new HistoryEvent(
                act.at().toString(),
                act.action(),
                act.outcome(),
                what(act),
                act.actor(),
                act.address(),
                serial(act).orElse(null),
                act.correlation(),
                entry.sequence(),
                act.details());
    }

    /** What no act tells: its line is older than the log, or it happened by itself. */
    private void fromRecord(CertificateRecord certificate, List<HistoryEvent> events) {
        var serial = certificate.serial().toString();
        if (!isTold(ISSUE, serial)) {
            events.add(recorded(certificate, certificate.issuedAt(), ISSUE, issued(certificate)));
        }
        var revokedAt = certificate.revokedAt();
        var reason = certificate.revocationReason();
        if (revokedAt != null && reason != null && !isTold(REVOKE, serial)) {
            events.add(recorded(certificate, revokedAt, REVOKE, "revoked: " + reason.label()));
        }
        successor(certificate)
                .ifPresent(next -> events.add(recorded(
                        certificate, next.issuedAt(), "certificate.replaced", "followed by " + next.serial())));
        var end = certificate.validity().notAfter();
        if (end.isBefore(now)) {
            events.add(recorded(certificate, end, "certificate.expired", "expired"));
        }
    }

    private boolean isTold(String action, String serial) {
        return acts.values().stream()
                .map(AuditEntry::act)
                .anyMatch(act -> act.action().equals(action)
                        && act.outcome().equals("ok")
                        && serial(act).equals(Optional.of(serial)));
    }

    private static HistoryEvent recorded(CertificateRecord certificate, Instant at, String event, String what) {
        return new HistoryEvent(
                at.toString(),
                event,
                "ok",
                what,
                event.equals(ISSUE) ? certificate.requester() : null,
                event.equals(ISSUE) ? certificate.address() : null,
                certificate.serial().toString(),
                null,
                null,
                Map.of());
    }

    private Optional<CertificateRecord> successor(CertificateRecord certificate) {
        return all.stream()
                .filter(other -> other.profile() == certificate.profile()
                        && other.identity().equals(certificate.identity())
                        && other.issuedAt().isAfter(certificate.issuedAt()))
                .min(Comparator.comparing(CertificateRecord::issuedAt));
    }

    private static String issued(CertificateRecord certificate) {
        return certificate.profile().label() + " certificate issued by " + certificate.via() + ", until "
                + certificate.validity().notAfter();
    }

    /** The act in words; what is not known here speaks for itself. */
    private static String what(Audited act) {
        var details = act.details();
        boolean done = act.outcome().equals("ok");
        return switch (act.action()) {
            case ISSUE ->
                done
                        ? details.getOrDefault("profile", "") + " certificate issued by "
                                + details.getOrDefault("via", "?") + ", until " + details.getOrDefault("notAfter", "?")
                        : "not issued: " + details.getOrDefault("detail", details.getOrDefault("reason", ""));
            case "certificate.install" ->
                "in use, by " + details.getOrDefault("method", "?") + " after " + seconds(details);
            case "certificate.renew" -> "renewal failed: " + details.getOrDefault("detail", "");
            case REVOKE -> done ? "revoked: " + details.getOrDefault("reason", "") : "not revoked: " + details;
            case "revocation.enforce" ->
                "gone from " + act.actor() + " after " + details.getOrDefault("milliseconds", "?") + " ms";
            case "mqtt.connect" ->
                done
                        ? "connected, the first time with this certificate"
                        : "not let in: " + details.getOrDefault("reason", "");
            case "provisioning.answer" -> "asked for its first certificate: " + details.getOrDefault("result", "");
            case "listener.reload" -> "served by " + act.actor() + ": " + details.getOrDefault("result", "");
            case "device.release" -> done ? "name given free" : "name not given free";
            default -> act.action().replace('.', ' ') + (done ? "" : ", " + act.outcome()) + text(details);
        };
    }

    private static String seconds(Map<String, String> details) {
        return details.getOrDefault("took", "?").replaceFirst("^PT", "").toLowerCase(java.util.Locale.ROOT);
    }

    private static String text(Map<String, String> details) {
        var text = new StringBuilder();
        details.forEach((name, value) -> text.append(text.isEmpty() ? ": " : ", ")
                .append(name)
                .append(' ')
                .append(value));
        return text.toString();
    }

    private static Optional<String> serial(Audited act) {
        @Nullable String named = act.details().get("serial");
        if (named != null) {
            return Optional.of(named);
        }
        return act.object().matches("[0-9a-f]{16,40}") ? Optional.of(act.object()) : Optional.empty();
    }
}
