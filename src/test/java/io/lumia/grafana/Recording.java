package io.lumia.grafana;

/**
 * A series that Prometheus computes for several alerts and for people.
 *
 * @param name {@code lumia:WHAT:UNIT}
 * @param expression PromQL; may name recordings before it
 */
record Recording(String name, String expression) {}
