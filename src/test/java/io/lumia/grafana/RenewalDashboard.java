package io.lumia.grafana;

import java.util.List;

/** Whether certificates are replaced in time. */
final class RenewalDashboard {
    private RenewalDashboard() {}

    static Dashboard dashboard() {
        return new Dashboard(
                Dashboard.RENEWALS,
                "renewals.json",
                "Lumia: renewals",
                "Are certificates replaced in time, how long does it take, what fails and why, what comes next?",
                "lumia_build_info",
                List.of(now(), work(), ahead(), rotation(), listeners(), watched()));
    }

    private static Section now() {
        return Section.of(
                "Now",
                Panel.stat(
                                "Overdue",
                                "short",
                                "Devices whose newest certificate should have been replaced. Healthy: 0.",
                                "max(lumia_renewals_overdue{@})")
                        .steps(Steps.ZERO_IS_GOOD),
                Panel.stat(
                        "Since the last renewal",
                        "s",
                        "Of any identity of these processes; nothing is shown before the first.",
                        "time() - max(lumia_renewal_last_success_timestamp_seconds{@} > 0)"),
                Panel.stat(
                        "Succeeded",
                        "short",
                        "Renewals by ACME in the chosen time.",
                        "sum(increase(lumia_acme_renewal_success_total{@}[$__range]))"),
                Panel.stat(
                                "Failed",
                                "short",
                                "Tries in the chosen time that left the old certificate in use.",
                                "sum(increase(lumia_acme_renewal_failure_total{@}[$__range]))")
                        .steps(Steps.ZERO_IS_GOOD),
                Panel.stat(
                                "Success",
                                "percentunit",
                                "Share of the tries in the chosen time. Required: 99 %.",
                                "sum(increase(lumia_acme_renewal_success_total{@}[$__range])) / (sum(increase(lumia_acme_renewal_success_total{@}[$__range]))"
                                        + " + sum(increase(lumia_acme_renewal_failure_total{@}[$__range])))")
                        .steps(Steps.rising("red").then("orange", 0.9).then("green", 0.99)),
                Panel.stat(
                                "Fallback certificates",
                                "short",
                                "Listeners that serve one, since their source gives none. Healthy: 0.",
                                "sum(lumia_tls_fallback_in_use{@})")
                        .steps(Steps.ZERO_IS_GOOD));
    }

    private static Section work() {
        return Section.of(
                "Renewals",
                Panel.series("Rate", "cps", "Succeeded and failed.")
                        .query("sum(rate(lumia_acme_renewal_success_total{@}[$__rate_interval]))", "succeeded")
                        .query("sum(rate(lumia_acme_renewal_failure_total{@}[$__rate_interval]))", "failed"),
                Panel.series("Failures", "cps", "By reason; docs/renewal.md and the runbooks say what to do.")
                        .query(
                                "sum by (reason) (rate(lumia_acme_renewal_failure_total{@}[$__rate_interval]))",
                                "{{reason}}")
                        .steps(Steps.ZERO_IS_GOOD),
                Panel.series("Duration", "s", "From the decision to the new certificate in use. Required: 30 s.")
                        .quantiles("lumia_renewal_duration_seconds_bucket{@}", "method")
                        .steps(Steps.NONE.then("orange", 10).then("red", 30)),
                Panel.series("Fallbacks", "short", "Steps in an hour past a source that did not deliver.")
                        .query("sum by (step) (increase(lumia_issuance_fallback_total{@}[1h]))", "{{step}}")
                        .steps(Steps.ZERO_IS_GOOD));
    }

    private static Section ahead() {
        return Section.of(
                "Ahead",
                Panel.of(
                                Kind.BARS,
                                "Renewals expected within",
                                "short",
                                "By the policy, overdue ones included: what the CA has to do in this time.")
                        .query("sort(max by (within) (lumia_renewals_expected{@}))", "{{within}}")
                        .width(6),
                Panel.of(
                                Kind.BARS,
                                "Active certificates that end within",
                                "short",
                                "Replaced ones that still run included, so this is never zero in a fleet that renews.")
                        .query("sort(max by (within) (lumia_certificates_expiring{@}))", "{{within}}")
                        .width(6),
                Panel.of(
                                Kind.BARS,
                                "First active certificate to end",
                                "s",
                                "By profile. A replaced one counts too: short times are no alarm, overdue renewals are.")
                        .query(
                                "sort(min by (profile) (lumia_certificate_earliest_expiry_timestamp_seconds{@}) - time())",
                                "{{profile}}")
                        .width(6),
                Panel.series(
                                "Overdue",
                                "short",
                                "Rises when devices are off or refused; should come back to zero by itself.")
                        .query("max(lumia_renewals_overdue{@})", "devices")
                        .steps(Steps.ZERO_IS_GOOD)
                        .width(6));
    }

    private static Section rotation() {
        return Section.of(
                "Rotation of the fleet (lumia rotate-fleet)",
                Panel.series("Devices", "short", "Of the present or last rotation: how far it has come.")
                        .query("max by (state) (lumia_fleet_rotation_devices{@})", "{{state}}"),
                Panel.stat("Runs", "bool_yes_no", "Whether one has devices renew now.", "max(lumia_fleet_rotation_running{@})")
                        .steps(Steps.NONE.then("blue", 1)),
                Panel.stat(
                                "Stands still",
                                "bool_yes_no",
                                "By itself, since too many renewals failed.",
                                "max(lumia_fleet_rotation_halted{@})")
                        .steps(Steps.ZERO_IS_GOOD),
                Panel.stat(
                        "Rate",
                        "cps",
                        "Devices a second that it is to have renew.",
                        "max(lumia_fleet_rotation_rate{@})"));
    }

    private static Section listeners() {
        return Section.of(
                "Listeners",
                Panel.series("Certificates swapped", "short", "In an hour, by listener and result; connections stay.")
                        .query(
                                "sum by (listener, result) (increase(lumia_tls_reloads_total{@}[1h])) > 0",
                                "{{listener}} {{result}}"),
                Panel.series(
                                "Share of the lifetime left",
                                "percentunit",
                                "Of each listener and instance: a saw whose teeth turn at a third.")
                        .query(
                                "(min by (identity) (lumia_certificate_expiry_timestamp_seconds{@,identity!~\"ca-.*\"}) - time())"
                                        + " / max by (identity) (lumia_certificate_lifetime_seconds{@})",
                                "{{identity}}")
                        .steps(Steps.rising("red").then("orange", 0.1).then("green", 0.25)),
                Panel.series(
                                "Files that the broker took",
                                "short",
                                "Changed rules, lists and CRLs in an hour, by result.")
                        .query(
                                "sum by (what, result) (increase(lumia_broker_reloads_total{@}[1h]))",
                                "{{what}} {{result}}"),
                Panel.of(Kind.BARS, "Fallback in use", "bool_yes_no", "By listener.")
                        .query("max by (listener) (lumia_tls_fallback_in_use{@})", "{{listener}}")
                        .steps(Steps.ZERO_IS_GOOD));
    }

    private static Section watched() {
        return Section.of(
                "Watched",
                Panel.of(
                                Kind.BARS,
                                "Endpoints",
                                "bool_yes_no",
                                "Whether what expiry.watch names answered as it should.")
                        .query("min by (endpoint) (lumia_watched_endpoint_up{@})", "{{endpoint}}")
                        .steps(Steps.ONE_IS_GOOD),
                Panel.series("Hooks", "short", "Tries in an hour to tell of a change of level, by result.")
                        .query(
                                "sum by (hook, result) (increase(lumia_expiry_hooks_total{@}[1h]))",
                                "{{hook}} {{result}}"));
    }
}
