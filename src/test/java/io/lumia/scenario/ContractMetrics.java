package io.lumia.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What dashboards, alerts and operators rely on in a scrape of a standalone system: names, types, labels, help, and how many there are. */
final class ContractMetrics {
    /** Type and labels, of a histogram those of its count. */
    private static final Map<String, String> CONTRACT = new TreeMap<>(Map.ofEntries(
            Map.entry("lumia_certificate_expiry_timestamp_seconds", "gauge identity"),
            Map.entry("lumia_certificates", "gauge profile status"),
            Map.entry("lumia_certificates_expiring", "gauge within"),
            Map.entry("lumia_certificate_earliest_expiry_timestamp_seconds", "gauge profile"),
            Map.entry("lumia_renewals_overdue", "gauge"),
            Map.entry("lumia_renewals_expected", "gauge within"),
            Map.entry("lumia_acme_renewal_success_total", "counter"),
            Map.entry("lumia_acme_renewal_failure_total", "counter reason"),
            Map.entry("lumia_renewal_duration_seconds", "histogram method"),
            Map.entry("lumia_renewal_last_success_timestamp_seconds", "gauge"),
            Map.entry("lumia_certificate_issue_duration_seconds", "histogram result via"),
            Map.entry("lumia_revocations_total", "counter reason"),
            Map.entry("lumia_revocation_enforced_seconds", "histogram broker"),
            Map.entry("lumia_crl_next_update_timestamp_seconds", "gauge"),
            Map.entry("lumia_provisioning_requests_total", "counter result"),
            Map.entry("lumia_provisioning_enabled", "gauge"),
            Map.entry("lumia_provisioning_whitelist_entries", "gauge"),
            Map.entry("lumia_mqtt_connections", "gauge"),
            Map.entry("lumia_mqtt_sessions", "gauge"),
            Map.entry("lumia_mqtt_retained_messages", "gauge"),
            Map.entry("lumia_mqtt_connects_total", "counter result"),
            Map.entry("lumia_mqtt_publishes_total", "counter direction qos"),
            Map.entry("lumia_mqtt_denied_total", "counter action"),
            Map.entry("lumia_mqtt_delivery_seconds", "histogram qos"),
            Map.entry("lumia_tls_reloads_total", "counter listener result"),
            Map.entry("lumia_watched_endpoint_up", "gauge endpoint"),
            Map.entry("lumia_event_loop_lag_seconds", "gauge loop"),
            Map.entry("lumia_worker_pool_queued", "gauge pool"),
            Map.entry("lumia_fleet_rotation_devices", "gauge state"),
            Map.entry("lumia_build_info", "gauge java version vertx")));

    private static final int SERIES_AT_MOST = 500;
    private static final Pattern SERIES =
            Pattern.compile("(?m)^([a-z_0-9]+?)(_bucket|_count|_sum)?(?:\\{(.*)})? [-+0-9.EeNaIinf]+$");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"([^\"]*)\"");

    private ContractMetrics() {}

    static void hold(String scrape) throws IOException {
        var series = SERIES.matcher(scrape).results().toList();
        assertThat(series).as("series").hasSizeBetween(CONTRACT.size(), SERIES_AT_MOST);
        CONTRACT.forEach((name, wanted) ->
                assertThat(shape(scrape, series, name)).as(name).isEqualTo(wanted));
        namesNoDevice(series);
        everythingHasHelp(scrape);
        everythingIsDocumented(series);
    }

    private static String shape(String scrape, List<MatchResult> series, String name) {
        var type = Pattern.compile("(?m)^# TYPE " + name + " (\\w+)$").matcher(scrape);
        var labels = series.stream()
                .filter(found -> found.group(1).equals(name) && !"_bucket".equals(found.group(2)))
                .flatMap(found -> found.group(3) == null ? Stream.<String>of() : labels(found, 1))
                .collect(Collectors.<String, Set<String>>toCollection(TreeSet::new));
        var told = type.find() ? type.group(1) : "missing";
        return labels.isEmpty() ? told : told + " " + String.join(" ", labels);
    }

    private static void namesNoDevice(List<MatchResult> series) {
        assertThat(series.stream().filter(found -> found.group(3) != null).flatMap(found -> labels(found, 2)))
                .as("values of labels")
                .noneMatch(value -> value.matches("dev-\\d+.*|lumia-app.*|[0-9a-f]{16,}"));
    }

    private static Stream<String> labels(MatchResult series, int group) {
        return LABEL.matcher(series.group(3)).results().map(label -> label.group(group));
    }

    private static void everythingHasHelp(String scrape) {
        var typed = names(scrape, "# TYPE ([a-z_0-9]+) ");
        assertThat(names(scrape, "# HELP ([a-z_0-9]+) \\S")).isEqualTo(typed);
        assertThat(typed).isNotEmpty();
    }

    private static void everythingIsDocumented(List<MatchResult> series) throws IOException {
        var documented = names(Files.readString(Path.of("docs", "metrics.md")), "`(lumia_[a-z_0-9]+)`");
        assertThat(series.stream()
                        .map(found -> found.group(1).replaceAll("_max$", ""))
                        .filter(name -> name.startsWith("lumia_"))
                        .collect(Collectors.<String, Set<String>>toCollection(TreeSet::new)))
                .as("in docs/metrics.md")
                .isSubsetOf(documented);
    }

    private static Set<String> names(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.<String, Set<String>>toCollection(TreeSet::new));
    }
}
