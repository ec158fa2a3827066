package io.lumia.metrics;

import static io.lumia.metrics.Snapshots.gauge;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;

/** What the parts count themselves and hand over when somebody scrapes; a part that does not run here contributes nothing. */
final class SampledMetrics implements MultiCollector {
    private volatile List<MetricSnapshot> latest = List.of();

    /** Takes what the next scrape shows. */
    void update(Sample sample) {
        var snapshots = new ArrayList<MetricSnapshot>();
        if (sample.broker() != null) {
            BrokerMetrics.add(snapshots, sample.broker());
        }
        if (sample.delivery() != null) {
            DeliveryMetrics.add(snapshots, sample.delivery());
        }
        if (sample.certificates() != null) {
            CertificateMetrics.addCounts(snapshots, sample.certificates());
        }
        if (sample.overdue() != null) {
            snapshots.add(gauge(
                    "lumia_renewals_overdue",
                    "Devices that should have renewed by the policy and have not",
                    sample.overdue().devices()));
        }
        if (sample.renewals() != null) {
            snapshots.add(CertificateMetrics.renewals(sample.renewals()));
        }
        if (sample.soonest() != null) {
            snapshots.add(CertificateMetrics.soonest(sample.soonest()));
        }
        if (sample.rotation() != null) {
            RotationMetrics.add(snapshots, sample.rotation());
        }
        if (sample.caRotation() != null) {
            CaRotationMetrics.add(snapshots, sample.caRotation());
        }
        if (sample.provisioning() != null) {
            snapshots.add(gauge(
                    "lumia_provisioning_enabled",
                    "1 while provisioning is on",
                    sample.provisioning().enabled() ? 1 : 0));
            snapshots.add(gauge(
                    "lumia_provisioning_whitelist_entries",
                    "Addresses and ranges on the whitelist",
                    sample.provisioning().whitelist().size()));
        }
        if (sample.revocations() != null) {
            CertificateMetrics.addRevocations(snapshots, sample.revocations());
        }
        if (sample.store() != null) {
            CertificateMetrics.addStore(snapshots, sample.store());
        }
        if (sample.swarm() != null) {
            snapshots.addAll(SwarmMetrics.of(sample.swarm()));
        }
        latest = List.copyOf(snapshots);
    }

    @Override
    public MetricSnapshots collect() {
        return new MetricSnapshots(latest);
    }
}
