package io.lumia.grafana;

import java.util.List;

/** Alerts that are evaluated one after another. */
record AlertGroup(String name, List<Alert> alerts) {}
