package io.lumia.metrics;

import static io.lumia.metrics.Snapshots.counters;
import static io.lumia.metrics.Snapshots.gauge;
import static io.lumia.metrics.Snapshots.gaugePoint;

import io.lumia.bus.FleetBus.CertificateCounts;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.RenewalsForecast;
import io.lumia.bus.FleetBus.RevocationStatistics;
import io.lumia.bus.FleetBus.SoonestDevices;
import io.lumia.bus.FleetBus.StoreStatistics;
import io.lumia.config.Durations;
import io.lumia.x509.Profile;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the authority keeps: certificates, revocations, the store. */
final class CertificateMetrics {
    private static final Map<Duration, String> WITHIN = Map.of(
            Duration.ofHours(1), "1h",
            Duration.ofHours(8), "8h",
            Duration.ofDays(1), "1d",
            Duration.ofDays(7), "7d",
            Duration.ofDays(30), "30d");

    private CertificateMetrics() {}

    static void addCounts(List<MetricSnapshot> to, CertificateCounts counts) {
        var byStatus = GaugeSnapshot.builder().name("lumia_certificates").help("Certificates that the authority keeps");
        for (CertificateStatus status : CertificateStatus.values()) {
            var profiles = counts.byStatusAndProfile().getOrDefault(status, Map.of());
            for (Profile profile : Profile.values()) {
                var labels = Labels.of(
                        "profile", profile.label(), "status", status.name().toLowerCase(Locale.ROOT));
                byStatus.dataPoint(gaugePoint(labels, profiles.getOrDefault(profile, 0L)));
            }
        }
        to.add(byStatus.build());
        var within = GaugeSnapshot.builder()
                .name("lumia_certificates_expiring")
                .help("Active certificates that end within this time, cumulative");
        counts.expiringWithin()
                .forEach((duration, count) ->
                        within.dataPoint(gaugePoint(Labels.of("within", within(duration)), count)));
        to.add(within.build());
        var earliest = GaugeSnapshot.builder()
                .name("lumia_certificate_earliest_expiry_timestamp_seconds")
                .help("When the first of the active certificates ends, in seconds since 1970");
        counts.earliestExpiry()
                .forEach((profile, instant) -> earliest.dataPoint(
                        gaugePoint(Labels.of("profile", profile.label()), instant.getEpochSecond())));
        to.add(earliest.build());
    }

    static GaugeSnapshot renewals(RenewalsForecast ahead) {
        var expected = GaugeSnapshot.builder()
                .name("lumia_renewals_expected")
                .help("Renewals of devices expected within this time by the policy, overdue ones included; cumulative");
        ahead.within()
                .forEach((duration, count) ->
                        expected.dataPoint(gaugePoint(Labels.of("within", within(duration)), count)));
        return expected.build();
    }

    /** The one metric whose labels carry devices, for who asked for it. */
    static GaugeSnapshot soonest(SoonestDevices devices) {
        var soonest = GaugeSnapshot.builder()
                .name("lumia_device_certificate_expiry_timestamp_seconds")
                .help("When the newest certificate ends of those devices whose end first, in seconds since 1970");
        devices.notAfter()
                .forEach((device, notAfter) ->
                        soonest.dataPoint(gaugePoint(Labels.of("device", device.value()), notAfter.getEpochSecond())));
        return soonest.build();
    }

    private static String within(Duration duration) {
        return WITHIN.getOrDefault(duration, Durations.text(duration));
    }

    static void addStore(List<MetricSnapshot> to, StoreStatistics store) {
        var rows = GaugeSnapshot.builder().name("lumia_store_rows").help("Rows that the store keeps");
        store.rows().forEach((kind, count) -> rows.dataPoint(gaugePoint(Labels.of("kind", kind), count)));
        to.add(rows.build());
        to.add(gauge("lumia_store_size_bytes", "Size of the database's file", store.bytes()));
        to.add(gauge("lumia_store_free_bytes", "Room in the database's file that holds nothing", store.freeBytes()));
    }

    static void addRevocations(List<MetricSnapshot> to, RevocationStatistics revocations) {
        if (revocations.crlNextUpdate() != null) {
            to.add(gauge(
                    "lumia_crl_next_update_timestamp_seconds",
                    "When the CRL that runs out first does so, in seconds since 1970",
                    revocations.crlNextUpdate().getEpochSecond()));
        }
        to.add(gauge("lumia_crl_entries", "Certificates on the CRL of the issuer of leaves", revocations.crlEntries()));
        to.add(gauge("lumia_crl_size_bytes", "Size of that CRL", revocations.crlBytes()));
        to.add(counters("lumia_ocsp_requests", "OCSP requests answered", "result", revocations.ocspRequests()));
    }
}
