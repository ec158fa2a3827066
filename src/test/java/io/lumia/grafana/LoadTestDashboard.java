package io.lumia.grafana;

import java.util.List;

/** What {@code lumia swarm} does and sees. */
final class LoadTestDashboard {
    private LoadTestDashboard() {}

    static Dashboard dashboard() {
        return new Dashboard(
                Dashboard.LOAD_TEST,
                "load-test.json",
                "Lumia: load test",
                "What simulated devices (lumia swarm) do to a deployment, and what they see of it.",
                "lumia_swarm_devices",
                List.of(now(), devices(), messages()));
    }

    private static Section now() {
        return Section.of(
                "Now",
                Panel.stat("Started", "short", "Simulated devices that were started.", devices("started")),
                Panel.stat("Enrolled", "short", "Those that have a certificate.", devices("enrolled")),
                Panel.stat("Connected", "short", "Those that are connected now.", devices("connected")),
                Panel.stat(
                                "Dropped",
                                "short",
                                "Connections in the chosen time that ended though the device did not mean it. Healthy: 0.",
                                "sum(increase(lumia_swarm_dropped_total{@}[$__range]))")
                        .steps(Steps.ZERO_IS_GOOD),
                Panel.stat(
                                "Lost",
                                "short",
                                "Messages in the chosen time that did not arrive. Healthy: 0.",
                                "sum(increase(lumia_swarm_lost_total{@}[$__range]))")
                        .steps(Steps.ZERO_IS_GOOD),
                Panel.stat(
                                "Faults at work",
                                "short",
                                "Faults that the run makes on purpose now.",
                                "sum(lumia_swarm_faults_active{@})")
                        .steps(Steps.NONE.then("blue", 1)));
    }

    private static Section devices() {
        return Section.of(
                "Devices",
                Panel.series("Devices", "short", "How far they have come.")
                        .query("sum by (state) (lumia_swarm_devices{@})", "{{state}}"),
                Panel.series(
                                "Enrolment",
                                "s",
                                "From the first request to a connection with an own certificate. Required: 30 s.")
                        .quantiles("lumia_swarm_enrolment_seconds_bucket{@}", "")
                        .steps(Steps.NONE.then("orange", 15).then("red", 30)),
                Panel.series("Renewals", "cps", "Of the devices, by result.")
                        .query("sum by (result) (rate(lumia_swarm_renewals_total{@}[$__rate_interval]))", "{{result}}"),
                Panel.series("Faults", "short", "Devices under each fault: what else changes here has its cause there.")
                        .query("sum by (fault) (lumia_swarm_faults_active{@})", "{{fault}}"));
    }

    private static Section messages() {
        return Section.of(
                "Messages",
                Panel.series("Messages", "mps", "Published and received by the devices.")
                        .query(
                                "sum by (direction) (rate(lumia_swarm_messages_total{@}[$__rate_interval]))",
                                "{{direction}}"),
                Panel.series(
                                "Delivery",
                                "s",
                                "From the moment at which it was due to its arrival. Required: under a second.")
                        .quantiles("lumia_swarm_delivery_seconds_bucket{@}", "")
                        .steps(Steps.NONE.then("orange", 0.5).then("red", 1)),
                Panel.of(Kind.HEATMAP, "Its distribution", "s", "Messages by the time they took.")
                        .query(
                                "sum by (le) (increase(lumia_swarm_delivery_seconds_bucket{@}[$__rate_interval]))",
                                "{{le}}"),
                Panel.series("What must not be", "short", "In a minute: lost, received twice, dropped connections.")
                        .query("sum(increase(lumia_swarm_lost_total{@}[1m]))", "lost")
                        .query("sum(increase(lumia_swarm_duplicated_total{@}[1m]))", "duplicated")
                        .query("sum(increase(lumia_swarm_dropped_total{@}[1m]))", "dropped")
                        .steps(Steps.ZERO_IS_GOOD));
    }

    private static String devices(String state) {
        return "sum(lumia_swarm_devices{@,state=\"" + state + "\"})";
    }
}
