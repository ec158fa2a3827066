package io.lumia.web;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.AuditCursor;
import io.lumia.bus.FleetBus.AuditEntry;
import io.lumia.bus.FleetBus.AuditPage;
import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.DescribeCertificate;
import io.lumia.bus.FleetBus.ListCertificates;
import io.lumia.bus.FleetBus.SearchAudit;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /history/NAME} and {@code /certificates/SERIAL/history}: all that is known of one identity or one certificate, from records and audit. */
final class HistoryApi {
    private static final int LONGEST_NAME = 253;
    /** Of one identity; older ones are found by their serial. */
    private static final int MOST_CERTIFICATES = 50;

    private static final int SEARCHED = 1000;
    private static final int MOST_ACTS = 1000;
    private static final int MOST_OF_ONE = 100;

    private final Clock clock;

    HistoryApi(Clock clock) {
        this.clock = clock;
    }

    void mount(ApiRoutes api) {
        api.get("/history/:name", Role.VIEWER, this::ofName);
        api.get("/certificates/:serial/history", Role.VIEWER, this::ofSerial);
    }

    private void ofName(RoutingContext context) {
        var name = String.valueOf(context.pathParam("name"));
        if (name.isBlank() || name.length() > LONGEST_NAME) {
            throw Rejected.badRequest("a name has 1 to " + LONGEST_NAME + " characters");
        }
        Answers.send(
                context,
                200,
                certificates(context, name)
                        .compose(certificates ->
                                acts(context, name, certificates).map(acts -> told(name, certificates, acts))));
    }

    private void ofSerial(RoutingContext context) {
        var serial = serial(context);
        Answers.send(
                context,
                200,
                Answers.ask(context, FleetBus.DESCRIBE_CERTIFICATE, new DescribeCertificate(serial), "authority")
                        .compose(described -> described instanceof CertificateDescription.Known known
                                ? ofCertificate(context, known.certificate())
                                : Future.failedFuture(Rejected.notFound("no certificate has the serial " + serial))));
    }

    private Future<Views.History> ofCertificate(RoutingContext context, CertificateRecord certificate) {
        var serial = certificate.serial().toString();
        return subject(context, serial, MOST_OF_ONE)
                .compose(own -> related(context, own)
                        .compose(acts -> certificates(context, certificate.identity())
                                .map(all -> History.of(
                                        serial, List.of(certificate), all, acts, clock.instant(), !own.more()))));
    }

    private Views.History told(String name, List<CertificateRecord> certificates, Found found) {
        if (certificates.isEmpty() && found.acts.isEmpty()) {
            throw Rejected.notFound("nothing is known of '" + name + "'");
        }
        return History.of(name, certificates, certificates, found.acts, clock.instant(), found.complete);
    }

    /** @param complete whether there were no more of them */
    private record Found(List<AuditEntry> acts, boolean complete) {}

    /** Newest first; the search finds parts of names. */
    private static Future<List<CertificateRecord>> certificates(RoutingContext context, String name) {
        var wanted = new ListCertificates(name, null, 0, SEARCHED, null, null, null);
        return Answers.ask(context, FleetBus.LIST_CERTIFICATES, wanted, "authority")
                .map(found -> found.certificates().stream()
                        .filter(certificate -> isOf(certificate, name))
                        .limit(MOST_CERTIFICATES)
                        .toList());
    }

    private static boolean isOf(CertificateRecord certificate, String name) {
        var device = certificate.device();
        return certificate.identity().equals(name)
                || certificate.names().contains(name)
                || (device != null && device.value().equals(name));
    }

    private Future<Found> acts(RoutingContext context, String name, List<CertificateRecord> certificates) {
        var searches = new ArrayList<Future<AuditPage>>();
        searches.add(subject(context, name, MOST_ACTS));
        certificates.forEach(certificate ->
                searches.add(subject(context, certificate.serial().toString(), MOST_OF_ONE)));
        return Future.all(searches)
                .map(all -> new Found(
                        searches.stream()
                                .flatMap(search -> search.result().entries().stream())
                                .toList(),
                        searches.stream().noneMatch(search -> search.result().more())));
    }

    /** What came of the same requests: who proved what, before the certificate had a serial. */
    private Future<List<AuditEntry>> related(RoutingContext context, AuditPage own) {
        Set<String> correlations = new LinkedHashSet<>();
        own.entries().stream()
                .filter(entry -> entry.act().action().equals("certificate.issue"))
                .map(entry -> entry.act().correlation())
                .filter(Objects::nonNull)
                .forEach(correlations::add);
        var searches = correlations.stream()
                .map(correlation -> AuditApi.search(context, search(null, correlation, MOST_OF_ONE)))
                .toList();
        return Future.all(searches).map(all -> {
            var acts = new ArrayList<>(own.entries());
            searches.forEach(search -> acts.addAll(search.result().entries()));
            return acts;
        });
    }

    private static Future<AuditPage> subject(RoutingContext context, String subject, int size) {
        return AuditApi.search(context, search(subject, null, size));
    }

    private static SearchAudit search(@Nullable String subject, @Nullable String correlation, int size) {
        return new SearchAudit(
                null, subject, null, null, null, null, correlation, null, null, AuditCursor.NEWEST, size);
    }

    private static SerialNumber serial(RoutingContext context) {
        try {
            return SerialNumber.parse(String.valueOf(context.pathParam("serial")));
        } catch (IllegalArgumentException malformed) {
            throw Rejected.badRequest("serial: " + malformed.getMessage());
        }
    }
}
