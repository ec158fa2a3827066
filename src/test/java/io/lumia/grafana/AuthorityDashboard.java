package io.lumia.grafana;

import java.util.List;

/** The CA, its revocation lists, provisioning, and what is kept. */
final class AuthorityDashboard {
    private static final int DAY = 86400;
    private static final Steps CA =
            Steps.rising("red").then("orange", 30.0 * DAY).then("green", 180.0 * DAY);

    private AuthorityDashboard() {}

    static Dashboard dashboard() {
        return new Dashboard(
                Dashboard.AUTHORITY,
                "certificate-authority.json",
                "Lumia: certificate authority",
                "Does the CA answer, how fast, whom does it refuse, and what must be done before it ends?",
                "lumia_build_info",
                List.of(now(), issuing(), revocation(), provisioning(), store()));
    }

    private static Section now() {
        return Section.of(
                "Now",
                Panel.stat(
                                "Root ends in",
                                "s",
                                "Every device has to have a new root before. Rotation wants months.",
                                "min(lumia_certificate_expiry_timestamp_seconds{@,identity=\"ca-root\"}) - time()")
                        .steps(CA),
                Panel.stat(
                                "Intermediate ends in",
                                "s",
                                "No leaf outlives it.",
                                "min(lumia_certificate_expiry_timestamp_seconds{@,identity=\"ca-intermediate\"}) - time()")
                        .steps(CA),
                Panel.stat(
                                "CRL runs out in",
                                "s",
                                "The first of the CRLs, the root's included. A new one comes long before.",
                                "min(lumia_crl_next_update_timestamp_seconds{@}) - time()")
                        .steps(Steps.rising("red").then("orange", 6 * 3600).then("green", 12 * 3600)),
                Panel.stat(
                        "Certificates issued",
                        "short",
                        "In the chosen time.",
                        "sum(increase(lumia_certificate_issue_duration_seconds_count{@,result=\"issued\"}[$__range]))"),
                Panel.stat(
                                "Requests that fail",
                                "percentunit",
                                "The CA could not sign or store. Refusals of bad requests do not count. Healthy: 0.",
                                "1 - sum(rate(lumia_certificate_issue_duration_seconds_count{@,result!=\"failed\"}[$__rate_interval]))"
                                        + " / sum(rate(lumia_certificate_issue_duration_seconds_count{@}[$__rate_interval]))")
                        .steps(Steps.ZERO_IS_GOOD),
                Panel.stat(
                                "Last backup",
                                "s",
                                "Age of the last backup that a process here made and verified; nothing where a timer makes them.",
                                "time() - max(lumia_backup_last_success_timestamp_seconds{@} > 0)")
                        .steps(Steps.NONE.then("orange", 26 * 3600).then("red", 50 * 3600)));
    }

    private static Section issuing() {
        return Section.of(
                "Issuing",
                Panel.series("Requests", "reqps", "For a certificate, by the way and by what came of them.")
                        .query(
                                "sum by (via, result) (rate(lumia_certificate_issue_duration_seconds_count{@}[$__rate_interval]))",
                                "{{via}} {{result}}"),
                Panel.series("Time to answer", "s", "Durable storage included.")
                        .quantiles("lumia_certificate_issue_duration_seconds_bucket{@}", "via")
                        .steps(Steps.NONE.then("orange", 1).then("red", 5)),
                Panel.series(
                                "Turned away",
                                "reqps",
                                "Requests past authority.requests or authority.queue; they come back later.")
                        .query("sum by (limit) (rate(lumia_authority_shed_total{@}[$__rate_interval]))", "{{limit}}")
                        .steps(Steps.ZERO_IS_GOOD),
                Panel.series("Certificates kept", "short", "By status, all profiles together.")
                        .query("max by (status) (sum by (instance, status) (lumia_certificates{@}))", "{{status}}"));
    }

    private static Section revocation() {
        return Section.of(
                "Revocation",
                Panel.series("Revocations", "short", "In an hour, by reason.")
                        .query("sum by (reason) (increase(lumia_revocations_total{@}[1h]))", "{{reason}}")
                        .width(8),
                Panel.series(
                                "Until the session is gone",
                                "s",
                                "From a revocation to the broker's word that nobody uses it any more, over an hour.")
                        .query(
                                "histogram_quantile(0.99, sum by (broker, le) (rate(lumia_revocation_enforced_seconds_bucket{@}[1h])))",
                                "{{broker}} p99")
                        .steps(Steps.NONE.then("orange", 1).then("red", 10))
                        .width(8),
                Panel.series("OCSP", "reqps", "Answers, by result.")
                        .query("sum by (result) (rate(lumia_ocsp_requests_total{@}[$__rate_interval]))", "{{result}}")
                        .width(8),
                Panel.series("CRL of the leaves", "short", "Certificates on it; they leave it when they have expired.")
                        .query("max(lumia_crl_entries{@})", "entries"),
                Panel.series("Size of that CRL", "bytes", "Every verifier fetches it.")
                        .query("max(lumia_crl_size_bytes{@})", "bytes"));
    }

    private static Section provisioning() {
        return Section.of(
                "Provisioning",
                Panel.series(
                                "Requests for a first certificate",
                                "reqps",
                                "By result; what is not issued is refused, with its reason.")
                        .query(
                                "sum by (result) (rate(lumia_provisioning_requests_total{@}[$__rate_interval]))",
                                "{{result}}"),
                Panel.stat(
                                "On",
                                "bool_on_off",
                                "Whether new devices can enrol now.",
                                "max(lumia_provisioning_enabled{@})")
                        .steps(Steps.ZERO_IS_GOOD)
                        .width(6),
                Panel.stat(
                                "Whitelist",
                                "short",
                                "Addresses and ranges that may ask.",
                                "max(lumia_provisioning_whitelist_entries{@})")
                        .width(6));
    }

    private static Section store() {
        return Section.of(
                "What is kept",
                Panel.series(
                                "Rows",
                                "short",
                                "By kind. Certificates and claims grow with the fleet, the rest is purged.")
                        .query("max by (kind) (lumia_store_rows{@})", "{{kind}}")
                        .width(8),
                Panel.series("Database", "bytes", "The file, and what of it holds nothing.")
                        .query("max(lumia_store_size_bytes{@})", "file")
                        .query("max(lumia_store_free_bytes{@})", "free")
                        .width(8),
                Panel.series("Purged", "short", "Rows in an hour that are no longer kept.")
                        .query("sum by (kind) (increase(lumia_store_purged_total{@}[1h]))", "{{kind}}")
                        .width(8),
                Panel.series("Backups", "short", "In a day, by result.")
                        .query("sum by (result) (increase(lumia_backups_total{@}[1d]))", "{{result}}"),
                Panel.series("Size of a backup", "bytes", "Of the last good one.")
                        .query("max(lumia_backup_size_bytes{@})", "bytes"));
    }
}
