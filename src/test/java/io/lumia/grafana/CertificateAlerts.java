package io.lumia.grafana;

import static io.lumia.grafana.Bound.ABOVE;
import static io.lumia.grafana.Bound.BELOW;

import java.time.Duration;
import java.util.List;

/** What runs, and what ends when. */
final class CertificateAlerts {
    private static final String REMAINING = "lumia:certificate_remaining:seconds";
    private static final String LIFETIME = "lumia:certificate_lifetime:seconds";
    private static final String SHARE = "lumia:certificate_remaining:ratio";
    private static final String OF = " of {{ .Labels.job }}";
    private static final String LEFT = "{{ .Value | humanizeDuration }} left. ";

    /** As ExpiryLevel: shorter lived ones are judged by their share. */
    private static final String LONG_LIVED = REMAINING + " unless on (job, identity) " + LIFETIME + " < " + days(28);

    private static final String SHORT_LIVED = SHARE + " and on (job, identity) " + LIFETIME + " < " + days(28);

    /** Of shorter lifetimes two hours are a quarter or more: the share tells. */
    private static final String OF_HALF_A_DAY = REMAINING + " unless on (job, identity) " + LIFETIME + " < 28800";

    private CertificateAlerts() {}

    static AlertGroup presence() {
        return new AlertGroup(
                "lumia-presence",
                List.of(
                        Alert.critical(
                                "LumiaAbsent",
                                "count(lumia_build_info) or vector(0)",
                                BELOW,
                                1,
                                Duration.ofMinutes(2),
                                "No Lumia is scraped",
                                "Not one process tells its metrics: nothing else here can fire until one does."),
                        Alert.critical(
                                "LumiaTargetDown",
                                "min by (job, instance) (up{job=~\"lumia.*\"})",
                                BELOW,
                                1,
                                Duration.ofMinutes(2),
                                "{{ .Labels.instance }} of {{ .Labels.job }} is down",
                                "Its metrics cannot be scraped: the process is stopped, stuck, or out of reach."),
                        Alert.warning(
                                "LumiaEventLoopBlocked",
                                "max by (job, instance) (lumia_event_loops_blocked)",
                                ABOVE,
                                0,
                                Duration.ofMinutes(1),
                                "An event loop of {{ .Labels.instance }} does not run",
                                "For longer than a second, again and again: what it serves stands still."),
                        Alert.critical(
                                "LumiaExpiryMetricAbsent",
                                "count(lumia_certificate_expiry_timestamp_seconds) or vector(0)",
                                BELOW,
                                1,
                                Duration.ofMinutes(5),
                                "No certificate's end is known",
                                "lumia_certificate_expiry_timestamp_seconds has no series, so no expiry alert can fire."),
                        Alert.warning(
                                "LumiaExpiryMetricLost",
                                "count by (job, identity) (lumia_certificate_expiry_timestamp_seconds) or 0 * count by (job, identity)"
                                        + " (present_over_time(lumia_certificate_expiry_timestamp_seconds[6h]))",
                                BELOW,
                                1,
                                Duration.ofMinutes(15),
                                "The end of {{ .Labels.identity }} is no longer told",
                                "It was within the last six hours; until it is again nothing warns of its expiry.")));
    }

    static AlertGroup expiry() {
        return new AlertGroup(
                "lumia-certificates",
                List.of(
                        Alert.critical(
                                "LumiaCertificateExpired",
                                REMAINING,
                                BELOW,
                                0,
                                Duration.ofMinutes(1),
                                "The certificate of {{ .Labels.identity }}" + OF + " has expired",
                                "Clients that verify refuse it; it was renewed neither in time nor since."),
                        Alert.critical(
                                "LumiaCertificateTwoHoursLeft",
                                OF_HALF_A_DAY,
                                BELOW,
                                7200,
                                Duration.ofMinutes(2),
                                "The certificate of {{ .Labels.identity }}" + OF + " has less than two hours left",
                                LEFT + "Renewal should have replaced it long ago."),
                        Alert.warning(
                                "LumiaCertificateExpiringSoon",
                                LONG_LIVED,
                                BELOW,
                                days(7),
                                Duration.ofMinutes(10),
                                "The certificate of {{ .Labels.identity }}" + OF + " ends within a week",
                                LEFT + "Of a certificate of 28 days or more less than seven days are left."),
                        Alert.critical(
                                "LumiaCertificateExpiringVerySoon",
                                LONG_LIVED,
                                BELOW,
                                days(3),
                                Duration.ofMinutes(10),
                                "The certificate of {{ .Labels.identity }}" + OF + " ends within three days",
                                LEFT + "Of a certificate of 28 days or more less than three days are left."),
                        Alert.warning(
                                "LumiaCertificateQuarterLeft",
                                SHORT_LIVED,
                                BELOW,
                                0.25,
                                Duration.ofMinutes(1),
                                "Less than a quarter of the lifetime of {{ .Labels.identity }}" + OF + " is left",
                                "{{ .Value | humanizePercentage }} left. Renewal is due with a third left and did not happen."),
                        Alert.critical(
                                "LumiaCertificateTenthLeft",
                                SHORT_LIVED,
                                BELOW,
                                0.1,
                                Duration.ofMinutes(1),
                                "Less than a tenth of the lifetime of {{ .Labels.identity }}" + OF + " is left",
                                "{{ .Value | humanizePercentage }} left. Renewal has failed several times."),
                        Alert.warning(
                                "LumiaRootExpiring",
                                ca("ca-root"),
                                BELOW,
                                days(180),
                                Duration.ofHours(1),
                                "The root certificate" + OF + " ends within half a year",
                                LEFT + "Every device has to take over a new root before."),
                        Alert.warning(
                                "LumiaIntermediateExpiring",
                                ca("ca-intermediate"),
                                BELOW,
                                days(90),
                                Duration.ofHours(1),
                                "The intermediate certificate" + OF + " ends within 90 days",
                                LEFT + "No leaf outlives it: lifetimes become shorter from now on."),
                        Alert.critical(
                                "LumiaCaExpiringVerySoon",
                                ca("ca-.*"),
                                BELOW,
                                days(30),
                                Duration.ofHours(1),
                                "{{ .Labels.identity }}" + OF + " ends within 30 days",
                                LEFT + "When it ends no certificate of the fleet verifies any more."),
                        Alert.critical(
                                "LumiaWatchedEndpointDown",
                                "min by (job, endpoint) (lumia_watched_endpoint_up)",
                                BELOW,
                                1,
                                Duration.ofMinutes(3),
                                "{{ .Labels.endpoint }} does not answer as it should",
                                "A watched broker, TLS server or ACME directory is down or shows what is not trusted."),
                        Alert.warning(
                                "LumiaExpiryHookGivenUp",
                                "sum by (job, hook) (increase(lumia_expiry_hooks_total{result=\"given_up\"}[15m]))",
                                ABOVE,
                                0,
                                Duration.ofMinutes(1),
                                "The {{ .Labels.hook }} hook of the expiry monitor was given up",
                                "Whoever is behind it was not told of a change of level.")));
    }

    private static String ca(String identity) {
        return "min by (job, identity) (lumia_certificate_expiry_timestamp_seconds{identity=~\"" + identity
                + "\"}) - time()";
    }

    private static int days(int days) {
        return days * 24 * 60 * 60;
    }
}
