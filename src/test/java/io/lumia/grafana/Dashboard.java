package io.lumia.grafana;

import java.util.List;

/**
 * A page of Grafana.
 *
 * @param uid part of its address, which links name
 * @param file its name in {@code grafana/dashboards}
 * @param chosenBy metric whose job and instance labels can be chosen at the top
 */
record Dashboard(String uid, String file, String title, String description, String chosenBy, List<Section> sections) {
    /** By which the dashboards find one another. */
    static final String TAG = "lumia";

    static final String FLEET = "lumia-fleet";
    static final String AUTHORITY = "lumia-authority";
    static final String RENEWALS = "lumia-renewals";
    static final String BROKER = "lumia-broker";
    static final String LOAD_TEST = "lumia-load-test";

    static List<Dashboard> all() {
        return List.of(
                FleetOverview.dashboard(),
                AuthorityDashboard.dashboard(),
                RenewalDashboard.dashboard(),
                BrokerDashboard.dashboard(),
                LoadTestDashboard.dashboard());
    }

    List<Panel> panels() {
        return sections.stream().flatMap(section -> section.panels().stream()).toList();
    }
}
