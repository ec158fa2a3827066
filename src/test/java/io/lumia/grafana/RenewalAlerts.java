package io.lumia.grafana;

import static io.lumia.grafana.Bound.ABOVE;

import java.time.Duration;
import java.util.List;

/** Whether certificates are replaced in time, and by what they should be. */
final class RenewalAlerts {
    private RenewalAlerts() {}

    static AlertGroup renewals() {
        return new AlertGroup(
                "lumia-renewals",
                List.of(
                        Alert.warning(
                                "LumiaRenewalsOverdue",
                                "max by (job) (lumia_renewals_overdue)",
                                ABOVE,
                                0,
                                Duration.ofMinutes(15),
                                "{{ .Value }} devices of {{ .Labels.job }} should have renewed and did not",
                                "By the policy their newest certificate should be replaced by now: they are off, cut off, or refused."),
                        Alert.warning(
                                "LumiaRenewalFailureRatio",
                                "lumia:renewals_failed:ratio15m",
                                ABOVE,
                                0.1,
                                Duration.ofMinutes(10),
                                "{{ .Value | humanizePercentage }} of the renewals of {{ .Labels.job }} fail",
                                "Over 15 minutes. The old certificates stay in use, and every device tries again."),
                        Alert.critical(
                                "LumiaRenewalsStalled",
                                "max by (job) (lumia_renewals_overdue) * on (job) (lumia:renewals_issued:increase30m == bool 0)",
                                ABOVE,
                                0,
                                Duration.ofMinutes(15),
                                "Nothing is renewed at {{ .Labels.job }} although {{ .Value }} devices are overdue",
                                "Not one renewal in 30 minutes: it is the CA, the network or the challenges, not a device."),
                        Alert.warning(
                                "LumiaRotationHalted",
                                "max by (job) (lumia_fleet_rotation_halted)",
                                ABOVE,
                                0,
                                Duration.ofMinutes(1),
                                "The rotation of the fleet of {{ .Labels.job }} stands still",
                                "Too many of its renewals failed. It goes on when somebody says so."),
                        Alert.warning(
                                "LumiaCaRotationStalled",
                                "max by (job) (lumia_ca_rotation_phase{phase!~\"idle|done|aborted\"}) * on (job)"
                                        + " (time() - max by (job) (lumia_ca_rotation_phase_since_timestamp_seconds))",
                                ABOVE,
                                86400,
                                Duration.ofMinutes(5),
                                "The rotation of the CA of {{ .Labels.job }} stands still",
                                "Its phase is the same for a day: somebody is missing, or nobody took the next step."),
                        Alert.warning(
                                "LumiaIssuanceFailing",
                                "lumia:issuance_failed:ratio15m",
                                ABOVE,
                                0.05,
                                Duration.ofMinutes(5),
                                "{{ .Value | humanizePercentage }} of the requests for a certificate fail at {{ .Labels.job }}",
                                "The authority could not sign or store; refusals of bad requests do not count."),
                        Alert.warning(
                                "LumiaFallbackTaken",
                                "sum by (job, step) (increase(lumia_issuance_fallback_total{step!=\"retry\"}[15m]))",
                                ABOVE,
                                0,
                                Duration.ofMinutes(1),
                                "A CA did not deliver: {{ .Labels.step }}",
                                "The chain of fallbacks went past a repeated try: another CA, the last good certificate, or worse."),
                        Alert.warning(
                                "LumiaFallbackInUse",
                                "max by (job, instance, listener) (lumia_tls_fallback_in_use)",
                                ABOVE,
                                0,
                                Duration.ofMinutes(5),
                                "The listener {{ .Labels.listener }} serves its fallback certificate",
                                "Its source gives none. Clients may not trust this one, and nobody renews it."),
                        Alert.warning(
                                "LumiaTlsReloadFailed",
                                "sum by (job, listener) (increase(lumia_tls_reloads_total{result=~\"refused|rolled_back|trust_rolled_back\"}[15m]))",
                                ABOVE,
                                0,
                                Duration.ofMinutes(1),
                                "The listener {{ .Labels.listener }} did not take a new certificate or trust",
                                "It keeps the old one, which goes on ending. The log says why."),
                        Alert.warning(
                                "LumiaBrokerReloadFailed",
                                "sum by (job, what) (increase(lumia_broker_reloads_total{result!=\"reloaded\"}[15m]))",
                                ABOVE,
                                0,
                                Duration.ofMinutes(1),
                                "The broker did not take the changed file: {{ .Labels.what }}",
                                "There is a mistake in it, or it did not prove itself; the old rules stay in force.")));
    }
}
