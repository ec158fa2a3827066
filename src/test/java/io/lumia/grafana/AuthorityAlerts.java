package io.lumia.grafana;

import static io.lumia.grafana.Bound.ABOVE;
import static io.lumia.grafana.Bound.BELOW;

import java.time.Duration;
import java.util.List;

/** The authority, provisioning, and what protects them. */
final class AuthorityAlerts {
    private static final String REFUSALS = "disabled|not_whitelisted|rate_limited|name_claimed|unfit_request"
            + "|malformed_request|invalid_device_name|unknown_token";

    private AuthorityAlerts() {}

    static AlertGroup authority() {
        return new AlertGroup(
                "lumia-authority",
                List.of(
                        Alert.critical(
                                "LumiaCrlStale",
                                "min by (job) (lumia_crl_next_update_timestamp_seconds) - time()",
                                BELOW,
                                21600,
                                Duration.ofMinutes(10),
                                "The CRL of {{ .Labels.job }} is not renewed",
                                "{{ .Value | humanizeDuration }} until it runs out; then verifiers refuse everybody, or let the revoked in."),
                        Alert.warning(
                                "LumiaAuthorityShedding",
                                "sum by (job, limit) (increase(lumia_authority_shed_total[5m]))",
                                ABOVE,
                                0,
                                Duration.ofMinutes(10),
                                "The authority of {{ .Labels.job }} turns requests away ({{ .Labels.limit }})",
                                "More asks than it can answer, for ten minutes now. Clients come back as Retry-After tells them."),
                        Alert.warning(
                                "LumiaNodeLost",
                                "max by (job) (lumia_cluster_nodes_expected) - min by (job) (lumia_cluster_nodes)",
                                ABOVE,
                                0,
                                Duration.ofMinutes(3),
                                "A node of {{ .Labels.job }} is out of sight",
                                "{{ .Value | humanize }} nodes that cluster.members names are not seen by all others. The rest serve on."),
                        Alert.warning(
                                "LumiaProvisioningLeftOn",
                                "max by (job) (lumia_provisioning_enabled)",
                                ABOVE,
                                0,
                                Duration.ofHours(1),
                                "Provisioning of {{ .Labels.job }} has been on for an hour",
                                "Whoever is at a whitelisted address can enrol. It should be on only while devices are added."),
                        Alert.warning(
                                "LumiaProvisioningRefusals",
                                "sum by (job, result) (increase(lumia_provisioning_requests_total{result=~\"" + REFUSALS
                                        + "\"}[10m]))",
                                ABOVE,
                                5,
                                Duration.ofMinutes(2),
                                "Provisioning refuses: {{ .Labels.result }}",
                                "{{ .Value | humanize }} requests in ten minutes, from somebody who should not ask or is set up wrongly."),
                        Alert.warning(
                                "LumiaProvisioningFailing",
                                "sum by (job, result) (increase(lumia_provisioning_requests_total{result=~\"overloaded|authority_unavailable\"}[10m]))",
                                ABOVE,
                                5,
                                Duration.ofMinutes(2),
                                "Provisioning cannot answer: {{ .Labels.result }}",
                                "{{ .Value | humanize }} devices in ten minutes that were allowed to enrol got no certificate."),
                        Alert.warning(
                                "LumiaBackupStale",
                                "lumia:backup_age:seconds",
                                ABOVE,
                                93600,
                                Duration.ofMinutes(30),
                                "The last good backup of {{ .Labels.instance }} is {{ .Value | humanizeDuration }} old",
                                "backup.every is set, and for more than 26 hours no backup was made and verified.")));
    }
}
