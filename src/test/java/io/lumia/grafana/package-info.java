/** What Prometheus and Grafana are given: rules, alerts and dashboards as values, written to {@code grafana/} by {@link io.lumia.grafana.GrafanaFiles}. */
@NullMarked
package io.lumia.grafana;

import org.jspecify.annotations.NullMarked;
