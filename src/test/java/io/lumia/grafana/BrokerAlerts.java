package io.lumia.grafana;

import static io.lumia.grafana.Bound.ABOVE;

import java.time.Duration;
import java.util.List;

/** Who is refused, who is dropped, and whether messages arrive. */
final class BrokerAlerts {
    private static final String TLS = "no_certificate|bad_certificate|expired|handshake_aborted|tls_error";

    /** The reasons that are not the broker's doing; the process's own end is told by LumiaTargetDown. */
    private static final String NOT_DROPPED =
            "client|taken_over|revoked|not_allowed|expired|certificate_shared|connection_lost|shutdown";

    private BrokerAlerts() {}

    static AlertGroup broker() {
        return new AlertGroup(
                "lumia-broker",
                List.of(
                        Alert.warning(
                                "LumiaTlsFailures",
                                connects("=~\"" + TLS + "\""),
                                ABOVE,
                                10,
                                Duration.ofMinutes(5),
                                "Clients fail at TLS: {{ .Labels.result }}",
                                "{{ .Value | humanize }} attempts in ten minutes ended in the handshake or with an unfit certificate."),
                        Alert.warning(
                                "LumiaConnectsRefused",
                                connects("!~\"accepted|revoked|" + TLS + "\""),
                                ABOVE,
                                10,
                                Duration.ofMinutes(5),
                                "The broker refuses connections: {{ .Labels.result }}",
                                "{{ .Value | humanize }} attempts in ten minutes."),
                        Alert.warning(
                                "LumiaRevokedCertificateUsed",
                                connects("=\"revoked\""),
                                ABOVE,
                                0,
                                Duration.ofMinutes(1),
                                "Somebody connects with a revoked certificate",
                                "{{ .Value | humanize }} attempts in ten minutes, all refused: a device that was not told, or a thief."),
                        Alert.warning(
                                "LumiaIdentityUsedTwice",
                                "lumia:mqtt_taken_over:increase2m - on (job) lumia:renewals_issued:increase2m",
                                ABOVE,
                                3,
                                Duration.ofMinutes(10),
                                "Connections of {{ .Labels.job }} take one another over",
                                "{{ .Value | humanize }} in two minutes more than renewals explain, and it goes on: two clients have the same certificate, one stolen or copied."),
                        Alert.critical(
                                "LumiaCertificateShared",
                                "sum by (job) (increase(lumia_mqtt_certificate_shared_total[15m]))",
                                ABOVE,
                                0,
                                Duration.ofMinutes(1),
                                "A certificate of {{ .Labels.job }} is used by two clients at once",
                                "Both are alive, at different addresses: one of them has a copy of the key. The broker's log names device and addresses."),
                        Alert.warning(
                                "LumiaDeviceClockWrong",
                                "max by (job) (lumia_devices_clock_skewed)",
                                ABOVE,
                                0,
                                Duration.ofMinutes(5),
                                "The clocks of {{ .Value }} devices of {{ .Labels.job }} are wrong",
                                "By more than ten seconds. What they send has no delivery time, and they will renew too early or too late."),
                        Alert.warning(
                                "LumiaConnectionsFlapping",
                                "sum by (job) (increase(lumia_mqtt_disconnects_total{reason=~\"connection_lost|keep_alive\"}[10m]))"
                                        + " / clamp_min(sum by (job) (lumia_mqtt_connections), 1)",
                                ABOVE,
                                0.5,
                                Duration.ofMinutes(5),
                                "Connections of {{ .Labels.job }} break",
                                "{{ .Value | humanize }} breaks for each connection in ten minutes: a link that flaps, or one that is half open."),
                        Alert.warning(
                                "LumiaConnectionsDropped",
                                "sum by (job, reason) (increase(lumia_mqtt_disconnects_total{reason!~\"" + NOT_DROPPED
                                        + "\"}[5m]))",
                                ABOVE,
                                0,
                                Duration.ofMinutes(5),
                                "The broker drops connections: {{ .Labels.reason }}",
                                "{{ .Value | humanize }} in five minutes. A healthy fleet has none."),
                        Alert.warning(
                                "LumiaDeliverySlow",
                                "lumia:mqtt_delivery_p99:seconds5m",
                                ABOVE,
                                1,
                                Duration.ofMinutes(5),
                                "Messages of {{ .Labels.job }} take more than a second",
                                "99th percentile {{ .Value | humanizeDuration }} from the device to the application."),
                        Alert.warning(
                                "LumiaTelemetryLost",
                                "sum by (job) (increase(lumia_mqtt_sequence_gaps_total{kind=\"lost\"}[10m]))",
                                ABOVE,
                                0,
                                Duration.ofMinutes(1),
                                "Telemetry of {{ .Labels.job }} is lost",
                                "{{ .Value | humanize }} messages did not arrive in ten minutes, by their sequence numbers."),
                        Alert.warning(
                                "LumiaMessagesDropped",
                                "sum by (job) (increase(lumia_mqtt_publishes_total{direction=\"dropped\"}[10m]))",
                                ABOVE,
                                0,
                                Duration.ofMinutes(5),
                                "Full queues let messages go at {{ .Labels.job }}",
                                "{{ .Value | humanize }} in ten minutes: a subscriber is away or slow."),
                        Alert.warning(
                                "LumiaTopicsDenied",
                                "sum by (job, action) (increase(lumia_mqtt_denied_total[10m]))",
                                ABOVE,
                                20,
                                Duration.ofMinutes(5),
                                "Topic rules say no: {{ .Labels.action }}",
                                "{{ .Value | humanize }} in ten minutes: a device set up wrongly, or one that tries what it must not."),
                        Alert.critical(
                                "LumiaStoreFailing",
                                "max by (job, instance) (lumia_mqtt_store_failing)",
                                ABOVE,
                                0,
                                Duration.ofMinutes(1),
                                "The broker of {{ .Labels.instance }} cannot write its store",
                                "Disk full, read-only or faulty. Nothing is acknowledged that is not kept, so devices wait.")));
    }

    private static String connects(String results) {
        return "sum by (job, result) (increase(lumia_mqtt_connects_total{result" + results + "}[10m]))";
    }
}
