package io.lumia.grafana;

import java.util.List;

/** Every alert, in the order of the files. */
final class Rules {
    static final List<AlertGroup> GROUPS = List.of(
            CertificateAlerts.presence(),
            CertificateAlerts.expiry(),
            RenewalAlerts.renewals(),
            AuthorityAlerts.authority(),
            BrokerAlerts.broker());

    private Rules() {}

    static List<Alert> alerts() {
        return GROUPS.stream().flatMap(group -> group.alerts().stream()).toList();
    }
}
