package io.lumia.bus;

import io.lumia.x509.CertificateBundle;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Profile;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The system at a glance: every address of the event bus and every message type. */
public final class FleetBus {
    private static final Duration SHORT = Duration.ofSeconds(5);
    private static final Duration SIGNING = Duration.ofSeconds(30);

    // ---- the authority
    // -------------------------------------------------------------------------------------------------

    /** Asked by provisioning, listeners and the admin API; answered by the authority once the certificate is durable. */
    public static final Call<IssueCertificate, IssueOutcome> ISSUE_CERTIFICATE =
            new Call<>("certificate.issue", IssueCertificate.class, IssueOutcome.class, SIGNING);

    /** Asked by the broker at CONNECT and by the admin API: what the authority recorded for a serial. */
    public static final Call<DescribeCertificate, CertificateDescription> DESCRIBE_CERTIFICATE =
            new Call<>("certificate.describe", DescribeCertificate.class, CertificateDescription.class, SHORT);

    public static final Call<RevokeCertificate, RevokeOutcome> REVOKE_CERTIFICATE =
            new Call<>("certificate.revoke", RevokeCertificate.class, RevokeOutcome.class, SIGNING);

    public static final Call<ListCertificates, CertificatePage> LIST_CERTIFICATES =
            new Call<>("certificate.list", ListCertificates.class, CertificatePage.class, SIGNING);

    /** Asked by metrics at each scrape. */
    public static final Call<CountCertificates, CertificateCounts> COUNT_CERTIFICATES =
            new Call<>("certificate.count", CountCertificates.class, CertificateCounts.class, SIGNING);

    /** Asked by metrics at each scrape. */
    public static final Call<CountOverdue, OverdueCount> COUNT_OVERDUE =
            new Call<>("certificate.overdue", CountOverdue.class, OverdueCount.class, SIGNING);

    /** Asked by metrics at each scrape and by operators. */
    public static final Call<ForecastRenewals, RenewalsForecast> FORECAST_RENEWALS =
            new Call<>("certificate.renewals-ahead", ForecastRenewals.class, RenewalsForecast.class, SIGNING);

    /** Asked by metrics at each scrape, where it was told to name the devices whose certificates end first. */
    public static final Call<ListSoonest, SoonestDevices> LIST_SOONEST =
            new Call<>("device.soonest", ListSoonest.class, SoonestDevices.class, SIGNING);

    /** Orders and accounts of the ACME server, for operators. */
    public static final Call<ListOrders, OrderPage> LIST_ORDERS =
            new Call<>("acme.order.list", ListOrders.class, OrderPage.class, SIGNING);

    public static final Call<ListAccounts, AccountPage> LIST_ACCOUNTS =
            new Call<>("acme.account.list", ListAccounts.class, AccountPage.class, SIGNING);

    /** How big the store is; answered where the authority runs. */
    public static final Call<ReadStoreStatistics, StoreStatistics> STORE_STATISTICS =
            new Call<>("store.statistics", ReadStoreStatistics.class, StoreStatistics.class, SIGNING).local();

    /** Asked by metrics at each scrape. */
    public static final Call<ReadRevocationStatistics, RevocationStatistics> REVOCATION_STATISTICS = new Call<>(
                    "authority.revocation-statistics",
                    ReadRevocationStatistics.class,
                    RevocationStatistics.class,
                    SHORT)
            .local();

    public static final Call<DescribeAuthority, AuthorityDescription> DESCRIBE_AUTHORITY =
            new Call<>("authority.describe", DescribeAuthority.class, AuthorityDescription.class, SHORT);

    public static final Call<ListDevices, DevicePage> LIST_DEVICES =
            new Call<>("device.list", ListDevices.class, DevicePage.class, SIGNING);

    /** An operator gives a claimed name free, so that another key can claim it. */
    public static final Call<ReleaseName, ReleaseOutcome> RELEASE_NAME =
            new Call<>("device.release", ReleaseName.class, ReleaseOutcome.class, SIGNING);

    /** An operator makes a key with which one new ACME account is let in (RFC 8555, 7.3.4). */
    public static final Call<AddExternalKey, AddExternalKeyOutcome> ADD_EXTERNAL_KEY =
            new Call<>("acme.external-key.add", AddExternalKey.class, AddExternalKeyOutcome.class, SHORT);

    public static final Call<ListExternalKeys, ExternalKeys> LIST_EXTERNAL_KEYS =
            new Call<>("acme.external-key.list", ListExternalKeys.class, ExternalKeys.class, SHORT);

    public static final Call<RemoveExternalKey, RemoveExternalKeyOutcome> REMOVE_EXTERNAL_KEY =
            new Call<>("acme.external-key.remove", RemoveExternalKey.class, RemoveExternalKeyOutcome.class, SHORT);

    /** Asked again and again by processes without the authority, which cannot hear its events; answered when there is news, or after a while. */
    public static final Call<FollowNews, Told> FOLLOW_NEWS =
            new Call<>("authority.news", FollowNews.class, Told.class, SIGNING).local();

    // ---- trust and the rotation of the CA
    // ------------------------------------------------------------------------------

    /** Asked by whoever starts or missed {@link #TRUST_CHANGED}: the bundle that is trusted now. */
    public static final Call<DescribeTrust, TrustChanged> DESCRIBE_TRUST =
            new Call<>("trust.describe", DescribeTrust.class, TrustChanged.class, SHORT);

    /** Told by devices, brokers, listeners and services once they use a bundle; also at their start, so that they are known. */
    public static final Call<ConfirmTrust, TrustConfirmed> CONFIRM_TRUST =
            new Call<>("trust.confirm", ConfirmTrust.class, TrustConfirmed.class, SIGNING);

    /** Asked by operators and by metrics at each scrape; answered by the authority, as the two that follow. */
    public static final Call<DescribeCaRotation, CaRotationStatus> DESCRIBE_CA_ROTATION =
            new Call<>("ca-rotation.describe", DescribeCaRotation.class, CaRotationStatus.class, SIGNING);

    /** An operator prepares a new root or intermediate; nobody is told of it yet. */
    public static final Call<StartCaRotation, CaRotationOutcome> START_CA_ROTATION =
            new Call<>("ca-rotation.start", StartCaRotation.class, CaRotationOutcome.class, SIGNING);

    /** An operator takes the next step, or turns back. */
    public static final Call<ChangeCaRotation, CaRotationOutcome> CHANGE_CA_ROTATION =
            new Call<>("ca-rotation.change", ChangeCaRotation.class, CaRotationOutcome.class, SIGNING);

    /** Asked of the node that gave a nonce by the one that is shown it. */
    public static final Call<SpendNonce, NonceSpent> SPEND_NONCE =
            new Call<>("acme.nonce.spend", SpendNonce.class, NonceSpent.class, Duration.ofMillis(1500));

    // ---- provisioning
    // --------------------------------------------------------------------------------------------------

    public static final Call<DescribeProvisioning, ProvisioningState> DESCRIBE_PROVISIONING =
            new Call<>("provisioning.describe", DescribeProvisioning.class, ProvisioningState.class, SHORT);

    /** Turning off clears the whitelist (FR-PS-003). */
    public static final Call<SwitchProvisioning, ProvisioningState> SWITCH_PROVISIONING =
            new Call<>("provisioning.switch", SwitchProvisioning.class, ProvisioningState.class, SHORT);

    public static final Call<ChangeWhitelist, WhitelistOutcome> CHANGE_WHITELIST =
            new Call<>("provisioning.whitelist", ChangeWhitelist.class, WhitelistOutcome.class, SHORT);

    // ---- the fleet
    // ---------------------------------------------------------------------------------------------------------

    /** Asked by operators; answered by the application once the device has said that it begins, long before it is done. */
    public static final Call<RenewDevice, RenewDeviceOutcome> RENEW_DEVICE =
            new Call<>("device.renew", RenewDevice.class, RenewDeviceOutcome.class, SIGNING);

    /** Asked by operators and by metrics at each scrape; answered by the application, as the two that follow. */
    public static final Call<DescribeRotation, FleetRotationStatus> DESCRIBE_ROTATION =
            new Call<>("fleet-rotation.describe", DescribeRotation.class, FleetRotationStatus.class, SHORT);

    /** An operator has every device renew, so many each second. */
    public static final Call<StartRotation, RotationOutcome> START_ROTATION =
            new Call<>("fleet-rotation.start", StartRotation.class, RotationOutcome.class, SHORT);

    public static final Call<ChangeRotation, RotationOutcome> CHANGE_ROTATION =
            new Call<>("fleet-rotation.change", ChangeRotation.class, RotationOutcome.class, SHORT);

    // ---- statistics, asked by metrics at each scrape
    // --------------------------------------------------------------------

    /** Answered by the part that serves the admin API. */
    public static final Call<ReadWebStatistics, WebStatistics> WEB_STATISTICS =
            new Call<>("web.statistics", ReadWebStatistics.class, WebStatistics.class, SHORT).local();

    public static final Call<ReadBrokerStatistics, BrokerStatistics> BROKER_STATISTICS =
            new Call<>("broker.statistics", ReadBrokerStatistics.class, BrokerStatistics.class, SHORT).local();

    public static final Call<ReadDeliveryStatistics, DeliveryStatistics> DELIVERY_STATISTICS = new Call<>(
                    "app.delivery-statistics", ReadDeliveryStatistics.class, DeliveryStatistics.class, SHORT)
            .local();

    // ---- the audit log
    // --------------------------------------------------------------------------------------------------

    /** Asked by the admin API; answered from the index, newest first. */
    public static final Call<SearchAudit, AuditPage> SEARCH_AUDIT =
            new Call<>("audit.search", SearchAudit.class, AuditPage.class, SIGNING).local();

    /** Asked by metrics at each scrape. */
    public static final Call<ReadAuditStatistics, AuditStatistics> AUDIT_STATISTICS =
            new Call<>("audit.statistics", ReadAuditStatistics.class, AuditStatistics.class, SHORT).local();

    // ---- settings
    // --------------------------------------------------------------------------------------------------------

    public static final Call<DescribeSettings, SettingsState> DESCRIBE_SETTINGS =
            new Call<>("settings.describe", DescribeSettings.class, SettingsState.class, SHORT).local();

    /** What is set holds until the next start. */
    public static final Call<ChangeSettings, SettingsOutcome> CHANGE_SETTINGS =
            new Call<>("settings.change", ChangeSettings.class, SettingsOutcome.class, SHORT).local();

    /** Reads the configuration files again. */
    public static final Call<ReloadSettings, SettingsOutcome> RELOAD_SETTINGS =
            new Call<>("settings.reload", ReloadSettings.class, SettingsOutcome.class, SHORT).local();

    /** Answered by the simulated devices of this process. */
    public static final Call<ReadSwarmStatistics, SwarmStatistics> SWARM_STATISTICS =
            new Call<>("swarm.statistics", ReadSwarmStatistics.class, SwarmStatistics.class, SHORT).local();

    /** Asked by the health endpoint; answered where the store is open, once the database has answered. */
    public static final Call<CheckStore, StoreCheck> CHECK_STORE =
            new Call<>("store.check", CheckStore.class, StoreCheck.class, Duration.ofSeconds(2)).local();

    // ---- the cluster
    // -----------------------------------------------------------------------------------------------------

    /** Answered where this process is a node of a cluster. */
    public static final Call<DescribeCluster, ClusterState> DESCRIBE_CLUSTER =
            new Call<>("cluster.describe", DescribeCluster.class, ClusterState.class, SHORT).local();

    /** Told by each node to itself, when it begins to see another. */
    public static final Event<NodeJoined> NODE_JOINED = new Event<>("cluster.joined", NodeJoined.class).local();

    /** Told by each node to itself, when it sees another no more: stopped, lost, or beyond a partition. */
    public static final Event<NodeLeft> NODE_LEFT = new Event<>("cluster.left", NodeLeft.class).local();

    // ---- events
    // --------------------------------------------------------------------------------------------------------

    /** Told by the authority once the certificate is durable. */
    public static final Event<CertificateIssued> CERTIFICATE_ISSUED =
            new Event<>("certificate.issued", CertificateIssued.class);

    /** Told by the authority when it refused a request or could not answer it. */
    public static final Event<CertificateNotIssued> CERTIFICATE_NOT_ISSUED =
            new Event<>("certificate.not-issued", CertificateNotIssued.class).local();

    /** Told by the authority once a second while it turns requests away for want of room. */
    public static final Event<RequestsShed> REQUESTS_SHED = new Event<>("authority.shed", RequestsShed.class).local();

    /** Told once for each kind of rows that a purge deleted. */
    public static final Event<StorePurged> STORE_PURGED = new Event<>("store.purged", StorePurged.class).local();

    /** Told by an agent or listener once the new certificate is in use. */
    public static final Event<CertificateRenewed> CERTIFICATE_RENEWED =
            new Event<>("certificate.renewed", CertificateRenewed.class);

    /** Told by each identity of this process, for who keeps records where the CA is not ours. */
    public static final Event<CertificateObtained> CERTIFICATE_OBTAINED =
            new Event<>("certificate.obtained", CertificateObtained.class).local();

    public static final Event<RenewalFailed> RENEWAL_FAILED =
            new Event<>("certificate.renewal-failed", RenewalFailed.class);

    /** Told for each step of a fallback chain, when a CA does not deliver. */
    public static final Event<FallbackTaken> FALLBACK_TAKEN =
            new Event<>("certificate.fallback-taken", FallbackTaken.class).local();

    /** Told by the application when a device that was ordered to renew has, or could not. */
    public static final Event<OrderedRenewalEnded> ORDERED_RENEWAL_ENDED =
            new Event<>("device.renewal-ended", OrderedRenewalEnded.class);

    /** Told by the authority when the rotation of root or intermediate took a step. */
    public static final Event<CaRotationMoved> CA_ROTATION_MOVED =
            new Event<>("ca-rotation.moved", CaRotationMoved.class);

    /** Told by the authority again and again while certificates of an issuer that is left drain; each listener renews once. */
    public static final Event<ListenersToRenew> LISTENERS_TO_RENEW =
            new Event<>("listener.to-renew", ListenersToRenew.class);

    /** Told by the application when a fleet rotation begins, changes or ends, and once a second while it runs. */
    public static final Event<FleetRotationStatus> FLEET_ROTATION =
            new Event<>("fleet-rotation.progress", FleetRotationStatus.class);

    public static final Event<CertificateExpiring> CERTIFICATE_EXPIRING =
            new Event<>("certificate.expiring", CertificateExpiring.class).local();

    /** Told by the expiry monitor after each look at something that is configured. */
    public static final Event<WatchedLookedAt> WATCHED_LOOKED_AT =
            new Event<>("expiry.looked-at", WatchedLookedAt.class).local();

    /** Told after each look at an instance whose certificate is renewed, renewed or not. */
    public static final Event<InstanceLookedAt> INSTANCE_LOOKED_AT =
            new Event<>("renewal.looked-at", InstanceLookedAt.class).local();

    /** Told by the expiry monitor after each try of a hook. */
    public static final Event<HookRun> HOOK_RUN = new Event<>("expiry.hook-run", HookRun.class).local();

    /** Told after each backup that this process was to make. */
    public static final Event<BackupEnded> BACKUP_ENDED = new Event<>("backup.ended", BackupEnded.class).local();

    /** Told by the authority once the revocation is durable. */
    public static final Event<CertificateRevoked> CERTIFICATE_REVOKED =
            new Event<>("certificate.revoked", CertificateRevoked.class);

    /** Told by a broker once no session of the serial is left. */
    public static final Event<RevocationEnforced> REVOCATION_ENFORCED =
            new Event<>("revocation.enforced", RevocationEnforced.class);

    /** Told where the authority is in another process, when revocations may have gone unheard. */
    public static final Event<NewsMissed> NEWS_MISSED = new Event<>("authority.news-missed", NewsMissed.class).local();

    /** Told when the fleet's roots are others from now on. */
    public static final Event<TrustChanged> TRUST_CHANGED = new Event<>("trust.changed", TrustChanged.class);

    public static final Event<ProvisioningChanged> PROVISIONING_CHANGED =
            new Event<>("provisioning.changed", ProvisioningChanged.class);

    /** Told for every answer of the provisioning service, good or bad. */
    public static final Event<ProvisioningAnswered> PROVISIONING_ANSWERED =
            new Event<>("provisioning.answered", ProvisioningAnswered.class);

    /** Told by the broker for every accepted MQTT connection. */
    public static final Event<DeviceConnected> DEVICE_CONNECTED =
            new Event<>("device.connected", DeviceConnected.class);

    public static final Event<DeviceDisconnected> DEVICE_DISCONNECTED =
            new Event<>("device.disconnected", DeviceDisconnected.class);

    /** Told by the broker when it refuses a TLS handshake or a CONNECT. */
    public static final Event<ConnectRefused> CONNECT_REFUSED = new Event<>("device.refused", ConnectRefused.class);

    /** Told by the broker when one certificate is used by two clients at once. */
    public static final Event<CertificateShared> CERTIFICATE_SHARED =
            new Event<>("device.certificate-shared", CertificateShared.class);

    public static final Event<AccessDenied> ACCESS_DENIED = new Event<>("device.denied", AccessDenied.class);

    /** Told whenever a listener begins to serve a certificate, or keeps the old one because the new one was bad. */
    public static final Event<ListenerReloaded> LISTENER_RELOADED =
            new Event<>("listener.reloaded", ListenerReloaded.class).local();

    /** Told by the broker when a file it watches changed. */
    public static final Event<BrokerReloaded> BROKER_RELOADED =
            new Event<>("broker.reloaded", BrokerReloaded.class).local();

    /** Told when the limits from which an expiry is a warning, or critical, are others from now on. */
    public static final Event<ThresholdsChanged> THRESHOLDS_CHANGED =
            new Event<>("settings.thresholds", ThresholdsChanged.class).local();

    /** An act worth keeping: written to the audit log. */
    public static final Event<Audited> AUDITED = new Event<>("audit", Audited.class).local();

    // ---- messages
    // ------------------------------------------------------------------------------------------------------

    public record SpendNonce(String nonce) {}

    /** @param good whether it was given and not used before */
    public record NonceSpent(boolean good) {}

    /**
     * @param csr PKCS#10, PEM
     * @param names subject alternative names the certificate shall carry (DNS names or IP addresses); empty: the authority
     *     derives them from the claim (bootstrap, device) or takes those of the CSR (server, admin, site)
     * @param lifetime asked for; null: the profile's
     * @param claim the fleet name that the CSR's key claims; only with {@link Profile#BOOTSTRAP} and {@link Profile#DEVICE}
     * @param requester who asked, for log and audit: {@code provisioning 127.20.0.3}, {@code operator}, {@code listener broker}
     * @param via how it was asked for, a metric label: {@code provisioning, sign, renew, rekey, acme}
     * @param provisioned what the provisioner adds, when the request came by one
     */
    public record IssueCertificate(
            Profile profile,
            String csr,
            List<String> names,
            @Nullable Duration lifetime,
            @Nullable Claim claim,
            String requester,
            String via,
            @Nullable Provisioned provisioned) {
        /** Without a provisioner. */
        public IssueCertificate(
                Profile profile,
                String csr,
                List<String> names,
                @Nullable Duration lifetime,
                @Nullable Claim claim,
                String requester,
                String via) {
            this(profile, csr, names, lifetime, claim, requester, via, null);
        }
    }

    /**
     * A request by one of the authority's provisioners.
     *
     * @param name of the provisioner, kept with the certificate: its rules hold at renewal; null: the renewal of what none issued
     * @param forClients whether a server certificate gets clientAuth as well
     * @param notBefore null: now, backdated
     * @param notAfter instead of a lifetime; null: the lifetime counts
     */
    public record Provisioned(
            @Nullable String name,
            boolean forClients,
            @Nullable Instant notBefore,
            @Nullable Instant notAfter) {
        /** Names the provisioner and leaves the rest to the rules. */
        public static Provisioned by(String name) {
            return new Provisioned(name, false, null, null);
        }
    }

    /**
     * A fleet name bound to an identity key. The first claim wins until an operator releases the name.
     *
     * @param address from which the device asked, to which its name resolves for http-01; IPv4 or IPv6 literal
     * @param holder SHA-256 of the identity key for which the request was permitted, hexadecimal: the name must still be its own when the
     *     certificate is kept; null: whoever holds the name
     */
    public record Claim(
            DeviceName device, String address, @Nullable String holder) {
        /** Of whoever holds the name. */
        public Claim(DeviceName device, String address) {
            this(device, address, null);
        }
    }

    public sealed interface IssueOutcome {
        record Issued(CertificateBundle bundle) implements IssueOutcome {}

        record Refused(Refusal refusal, String detail) implements IssueOutcome {}
    }

    /** Why the authority does not issue. */
    public enum Refusal {
        /** The CSR is malformed, badly signed, or its key is too weak. */
        UNFIT_REQUEST,
        /** The fleet name belongs to another key. */
        NAME_CLAIMED,
        /** The requester may not have this name. */
        NAME_NOT_ALLOWED,
        /** Outside the profile's minimum and maximum. */
        LIFETIME_NOT_ALLOWED,
        /** Too much in flight; ask again later. */
        OVERLOADED
    }

    public record DescribeCertificate(SerialNumber serial) {}

    public sealed interface CertificateDescription {
        record Known(CertificateRecord certificate) implements CertificateDescription {}

        record Unknown(SerialNumber serial) implements CertificateDescription {}
    }

    public enum CertificateStatus {
        ACTIVE,
        EXPIRED,
        REVOKED
    }

    /**
     * What the authority keeps of every certificate it issued.
     *
     * @param identity CN of the subject
     * @param names subject alternative names
     * @param device the fleet member it belongs to; null for other names
     * @param certificate the leaf, PEM
     * @param revokedAt null unless revoked
     * @param revocationReason null unless revoked
     * @param provisioner by which it was issued; null for those that no provisioner asked for
     * @param address from which it was asked for; null: by this process itself, or before this was kept
     */
    public record CertificateRecord(
            SerialNumber serial,
            Profile profile,
            String identity,
            List<String> names,
            @Nullable DeviceName device,
            Instant issuedAt,
            Validity validity,
            CertificateStatus status,
            String requester,
            String via,
            String certificate,
            @Nullable Instant revokedAt,
            @Nullable RevocationReason revocationReason,
            @Nullable String provisioner,
            @Nullable String address) {
        /** Of no provisioner, asked for by this process. */
        public CertificateRecord(
                SerialNumber serial,
                Profile profile,
                String identity,
                List<String> names,
                @Nullable DeviceName device,
                Instant issuedAt,
                Validity validity,
                CertificateStatus status,
                String requester,
                String via,
                String certificate,
                @Nullable Instant revokedAt,
                @Nullable RevocationReason revocationReason) {
            this(
                    serial,
                    profile,
                    identity,
                    names,
                    device,
                    issuedAt,
                    validity,
                    status,
                    requester,
                    via,
                    certificate,
                    revokedAt,
                    revocationReason,
                    null,
                    null);
        }
    }

    /** @param actor who revokes, for log and audit */
    public record RevokeCertificate(SerialNumber serial, RevocationReason reason, String actor) {}

    public sealed interface RevokeOutcome {
        record Revoked(CertificateRecord certificate) implements RevokeOutcome {}

        record AlreadyRevoked(CertificateRecord certificate) implements RevokeOutcome {}

        record Unknown(SerialNumber serial) implements RevokeOutcome {}
    }

    /**
     * @param query part of identity or serial; empty: all
     * @param status null: all
     * @param page from 0
     * @param size 1 to 1000
     * @param expiresAfter only those that end then or later; null: all
     * @param expiresBefore only those that end earlier; null: all
     * @param sort null: newest first
     */
    public record ListCertificates(
            String query,
            @Nullable CertificateStatus status,
            int page,
            int size,
            @Nullable Instant expiresAfter,
            @Nullable Instant expiresBefore,
            @Nullable CertificateOrder sort) {
        /** Whenever they end, newest first. */
        public ListCertificates(String query, @Nullable CertificateStatus status, int page, int size) {
            this(query, status, page, size, null, null, null);
        }
    }

    public enum CertificateOrder {
        /** Newest first. */
        ISSUED,
        /** Soonest first. */
        EXPIRY
    }

    /**
     * @param total how many match, over all pages
     * @param complete false: there are so many that the text was looked for among the first of them in the order asked for; further ones were
     *     found only if their identity or serial begins with it, and {@code total} counts what was found
     */
    public record CertificatePage(
            List<CertificateRecord> certificates, long total, boolean complete, int page, int size) {}

    public record CountCertificates() {}

    /**
     * @param byStatusAndProfile number of certificates; expired and revoked ones as long as they are kept
     * @param expiringWithin active certificates that expire within 1h, 8h, 1d, 7d, 30d; cumulative
     * @param earliestExpiry of the active certificates of a profile
     */
    public record CertificateCounts(
            Map<CertificateStatus, Map<Profile, Long>> byStatusAndProfile,
            Map<Duration, Long> expiringWithin,
            Map<Profile, Instant> earliestExpiry) {}

    /**
     * How many devices should have renewed by this policy and have not.
     *
     * @param remainingLifetime share of the lifetime that is left at the latest moment
     * @param renewBefore takes the place of the share where the lifetime is at least twice as long; null: the share alone
     */
    public record CountOverdue(
            double remainingLifetime, @Nullable Duration renewBefore) {}

    public record ForecastRenewals() {}

    /**
     * Renewals of devices that are expected; what is overdue is expected at once.
     *
     * @param overdue devices whose newest certificate should have been renewed by now
     * @param asOf when it was counted; the hours and days begin then
     * @param within 1h, 8h, 1d, 7d, 30d; cumulative
     * @param hours in each of the first 48 hours
     * @param days in each of the 28 days that follow these
     */
    public record RenewalsForecast(
            long overdue, Instant asOf, Map<Duration, Double> within, List<Double> hours, List<Double> days) {}

    /** @param count at most so many */
    public record ListSoonest(int count) {}

    /** @param notAfter of devices' newest certificates that have not ended, the first to end first */
    public record SoonestDevices(Map<DeviceName, Instant> notAfter) {}

    /** @param devices whose newest certificate is active and past its latest moment to renew */
    public record OverdueCount(long devices) {}

    /**
     * @param query id of order or account, serial, or part of an identifier; empty: all
     * @param status as RFC 8555, 7.1.6 calls it; empty: all
     * @param page from 0
     * @param size 1 to 1000
     */
    public record ListOrders(String query, String status, int page, int size) {}

    /**
     * An ACME order (RFC 8555, 7.1.3).
     *
     * @param problem why it is invalid; null: it is not, or it just expired
     * @param serial of its certificate; null: none
     */
    public record OrderSummary(
            String id,
            String account,
            List<String> identifiers,
            String status,
            Instant createdAt,
            Instant expires,
            @Nullable String problem,
            @Nullable SerialNumber serial) {}

    /**
     * Newest first.
     *
     * @param total how many match
     * @param complete false: only the newest orders were searched, so that there may be more
     */
    public record OrderPage(List<OrderSummary> orders, long total, boolean complete, int page, int size) {}

    /**
     * @param query id, provisioner, or part of a contact; empty: all
     * @param status valid or deactivated; empty: all
     */
    public record ListAccounts(String query, String status, int page, int size) {}

    /**
     * An ACME account (RFC 8555, 7.1.2).
     *
     * @param thumbprint of its key, RFC 7638
     */
    public record AccountSummary(
            String id,
            String provisioner,
            String thumbprint,
            List<String> contacts,
            String status,
            Instant createdAt) {}

    /**
     * Newest first.
     *
     * @param complete as in {@link OrderPage}
     */
    public record AccountPage(List<AccountSummary> accounts, long total, boolean complete, int page, int size) {}

    public record ReadStoreStatistics() {}

    /**
     * @param rows by kind
     * @param bytes of the database's file
     * @param freeBytes of it that hold nothing
     */
    public record StoreStatistics(Map<String, Long> rows, long bytes, long freeBytes) {}

    public record ReadRevocationStatistics() {}

    /**
     * What the authority tells of revoked certificates.
     *
     * @param crlNextUpdate of the CRL that runs out first; null while there is none
     * @param crlEntries certificates on the CRL of the issuer of leaves
     * @param crlBytes size of that CRL
     * @param ocspRequests since the start, by result: {@code good, revoked, unknown, malformed_request…}
     */
    public record RevocationStatistics(
            @Nullable Instant crlNextUpdate, long crlEntries, long crlBytes, Map<String, Long> ocspRequests) {}

    public record DescribeAuthority() {}

    /**
     * @param root PEM
     * @param intermediate PEM; null when the root signs leaves itself
     * @param rootFingerprint SHA-256, hexadecimal
     * @param publicUrl under which clients reach the CA, without trailing slash
     * @param acmeDirectories by provisioner
     */
    public record AuthorityDescription(
            String root,
            @Nullable String intermediate,
            String rootFingerprint,
            Instant rootNotAfter,
            @Nullable Instant intermediateNotAfter,
            String publicUrl,
            Map<String, String> acmeDirectories) {}

    /** @param query part of the name; empty: all */
    public record ListDevices(String query, int page, int size) {}

    /**
     * A claimed fleet name.
     *
     * @param identityKey SHA-256 of the identity key's SubjectPublicKeyInfo, hexadecimal
     * @param address to which its name resolves
     * @param latestSerial of its newest certificate; null before the first
     * @param latestNotAfter of its newest certificate; null before the first
     */
    public record DeviceRecord(
            DeviceName name,
            String identityKey,
            String address,
            Instant claimedAt,
            @Nullable SerialNumber latestSerial,
            @Nullable Instant latestNotAfter) {}

    public record DevicePage(List<DeviceRecord> devices, long total, int page, int size) {}

    public record ReleaseName(DeviceName device, String actor) {}

    public enum ReleaseOutcome {
        RELEASED,
        UNKNOWN
    }

    /** @param label for people, up to 100 characters */
    public record AddExternalKey(String provisioner, String label, String actor) {}

    public sealed interface AddExternalKeyOutcome {
        /** @param hmacKey base64url; told this once */
        record Added(ExternalKey key, String hmacKey) implements AddExternalKeyOutcome {
            @Override
            public String toString() {
                return "Added[" + key + "]";
            }
        }

        /** @param detail names what was expected */
        record Refused(String detail) implements AddExternalKeyOutcome {}
    }

    /**
     * @param account that was let in with it; null: none yet
     * @param boundAt null: not yet
     */
    public record ExternalKey(
            String id,
            String provisioner,
            String label,
            Instant createdAt,
            @Nullable String account,
            @Nullable Instant boundAt) {}

    public record ListExternalKeys() {}

    /** Newest first. */
    public record ExternalKeys(List<ExternalKey> keys) {}

    public record RemoveExternalKey(String id, String actor) {}

    /** Accounts that were let in with the key stay. */
    public enum RemoveExternalKeyOutcome {
        REMOVED,
        UNKNOWN
    }

    public record DescribeProvisioning() {}

    /**
     * @param offAt when the timer turns it off; null: no timer
     * @param whitelist addresses and CIDR ranges
     * @param setBy {@code configuration}, {@code operator} or {@code timer}
     */
    public record ProvisioningState(
            boolean enabled, @Nullable Instant offAt, List<String> whitelist, String setBy) {}

    /** @param offAfter null: the configured one; zero: no timer */
    public record SwitchProvisioning(
            boolean enabled, @Nullable Duration offAfter, String actor) {}

    /** Adds and removes addresses and CIDR ranges, all or none. */
    public record ChangeWhitelist(List<String> add, List<String> remove, String actor) {}

    public sealed interface WhitelistOutcome {
        record Changed(ProvisioningState state) implements WhitelistOutcome {}

        /** @param detail names the entry and what was expected */
        record Refused(String detail) implements WhitelistOutcome {}
    }

    /** @param actor who orders it, for log and audit */
    public record RenewDevice(DeviceName device, String actor) {}

    public sealed interface RenewDeviceOutcome {
        /** @param already whether the device was renewing when it heard the order, which is then without effect */
        record Told(boolean already) implements RenewDeviceOutcome {}

        /** @param detail what the silence looks like: it does not answer, or the broker is out of reach */
        record NotConnected(String detail) implements RenewDeviceOutcome {}

        /** Nobody claimed this name. */
        record Unknown(DeviceName device) implements RenewDeviceOutcome {}
    }

    /**
     * @param renewed false: the old certificate stays in use
     * @param serial of the new certificate; null when there is none, or the device does not say
     * @param detail why not; empty when it was renewed
     */
    public record OrderedRenewalEnded(
            DeviceName device, boolean renewed, @Nullable String serial, String detail) {}

    public record DescribeRotation() {}

    /**
     * A fleet rotation, the present or the last one.
     *
     * @param state {@code idle}: there was none since the start; {@code running}; {@code paused} by an operator; {@code halted} by itself, since
     *     too many failed; {@code done}; {@code aborted}
     * @param perSecond devices that begin
     * @param mostFailed share of failures above which it halts
     * @param left devices that have not had their turn
     * @param working that have begun and not ended
     * @param done that have a new certificate
     * @param failed that kept the old one
     * @param absent that did not answer
     * @param startedAt null: none was
     * @param endsAt when it will be over at this rate, or was; null: nobody knows
     * @param actor who started it
     */
    public record FleetRotationStatus(
            String state,
            double perSecond,
            double mostFailed,
            long left,
            long working,
            long done,
            long failed,
            long absent,
            @Nullable Instant startedAt,
            @Nullable Instant endsAt,
            String actor) {}

    /** @param mostFailed share of failures, from 0 to 1, above which it halts by itself */
    public record StartRotation(double perSecond, double mostFailed, String actor) {}

    public enum RotationChange {
        PAUSE,
        RESUME,
        ABORT
    }

    public record ChangeRotation(RotationChange change, String actor) {}

    public sealed interface RotationOutcome {
        record Changed(FleetRotationStatus status) implements RotationOutcome {}

        /** @param detail why it cannot be: one runs already, or none does */
        record Refused(String detail) implements RotationOutcome {}
    }

    public record ReadBrokerStatistics() {}

    /**
     * Counters since the start and gauges of now.
     *
     * @param connects by result: {@code accepted, no_certificate, bad_certificate, expired, revoked, not_authorized…}
     * @param publishes by {@code qos/direction}: {@code 1/in}
     * @param denied by action: {@code publish, subscribe}
     * @param disconnects by reason: {@code client, taken_over, revoked, expired, keep_alive, connection_lost, protocol_error, packet_too_large, shutdown…}
     */
    public record BrokerStatistics(
            long connections,
            long sessions,
            long retained,
            Map<String, Long> connects,
            Map<String, Long> publishes,
            Map<String, Long> denied,
            Map<String, Long> disconnects,
            BrokerLoad load,
            BrokerStoreStatistics store) {}

    /**
     * What a broker is busy with and what it holds, now.
     *
     * @param handshakesAtWork TLS handshakes begun and not done
     * @param handshakesWaiting those that wait for their turn
     * @param handshakesDelayed those that had to wait noticeably, since the start
     * @param queuedBytes of messages that sessions have not acknowledged or not been sent
     */
    public record BrokerLoad(
            long handshakesAtWork,
            long handshakesWaiting,
            long handshakesDelayed,
            long subscriptions,
            long queuedBytes,
            long retainedBytes) {}

    /**
     * What the broker keeps on disk.
     *
     * @param failing whether it cannot be written at present
     * @param messages kept, each once for all its receivers
     * @param copies messages that wait for a session, or for its acknowledgement
     * @param commits batches written since the start
     * @param changes rows that they wrote or removed
     * @param commitTime spent on them
     * @param failures batches that could not be written
     */
    public record BrokerStoreStatistics(
            boolean failing,
            long sizeBytes,
            long messages,
            long copies,
            long commits,
            long changes,
            Duration commitTime,
            long failures) {}

    public record ReadDeliveryStatistics() {}

    /**
     * Delivery times by QoS.
     *
     * @param clocksWrong devices whose clock is wrong now
     * @param skewed messages that have no delivery time because of that
     */
    public record DeliveryStatistics(
            Map<Integer, Histogram> byQos,
            long lost,
            long duplicated,
            long clocksWrong,
            long skewed,
            CommandStatistics commands) {}

    /**
     * Commands of the application to devices.
     *
     * @param results by {@code answered}, {@code timed_out}, {@code not_sent}; and {@code unmatched} answers
     * @param times from command to answer
     */
    public record CommandStatistics(long sent, Map<String, Long> results, Histogram times) {}

    public record ReadSwarmStatistics() {}

    /**
     * Simulated devices and what they measured.
     *
     * @param devices by {@code started}, {@code enrolled}, {@code connected}
     * @param renewals by {@code renewed}, {@code failed}
     * @param messages by {@code published}, {@code received}
     * @param lost ever counted as lost, also what came after all
     * @param faults that are active now, by kind
     * @param delivery from when a message was due to its arrival
     * @param enrolment from the start of a device to its first connection
     */
    public record SwarmStatistics(
            Map<String, Long> devices,
            Map<String, Long> renewals,
            Map<String, Long> messages,
            long lost,
            long duplicated,
            long dropped,
            Map<String, Long> faults,
            Histogram delivery,
            Histogram enrolment) {}

    /**
     * @param upperBounds of the buckets in seconds, ascending, without +Inf
     * @param counts in each bucket, not cumulative; one more than bounds, the last for +Inf
     * @param sum of all values in seconds
     */
    public record Histogram(List<Double> upperBounds, List<Long> counts, double sum) {}

    public record ReadWebStatistics() {}

    /**
     * What the listener of admin API and web interface did since the start.
     *
     * @param requests answered, by kind of route and status: {@code api/200}
     * @param logins by {@code ok}, {@code wrong_token}, {@code throttled}
     * @param times from the request's head to the end of the answer; not of streams
     * @param sessions of browsers that last now, at most
     */
    public record WebStatistics(Map<String, Long> requests, Map<String, Long> logins, Histogram times, long sessions) {}

    public record CertificateIssued(CertificateRecord certificate, Duration took) {}

    /**
     * A request came to no certificate.
     *
     * @param via how it was asked for
     * @param result {@code refused} or {@code failed}
     */
    public record CertificateNotIssued(String via, String result, Duration took) {}

    /**
     * @param limit that was reached: {@code requests} or {@code queue}
     * @param count since the last one of these
     */
    public record RequestsShed(String limit, long count) {}

    /** @param kind of the rows that went: certificates, orders, authorizations, challenges, accounts, external_keys, step_tokens */
    public record StorePurged(String kind, long rows) {}

    /**
     * @param identity {@code dev-0001}, {@code lumia-app}, {@code broker}
     * @param method {@code acme} or {@code local}
     * @param took from the decision to the new certificate in use
     */
    public record CertificateRenewed(
            String identity, SerialNumber serial, Validity validity, String method, Duration took) {}

    /** @param certificate the leaf, PEM */
    public record CertificateObtained(String identity, String certificate) {}

    /** @param validity of what is in use */
    public record InstanceLookedAt(String instance, Validity validity) {}

    /**
     * @param reason a metric label from a small set: {@code unreachable, refused, challenge, invalid_certificate, rolled_back, internal}
     * @param detail for the log
     * @param retryAt when it is tried again
     */
    public record RenewalFailed(String identity, String reason, String detail, Instant retryAt) {}

    /**
     * @param identity for which a certificate was wanted
     * @param step {@code retry}, {@code given_up} (a source), {@code second_source}, {@code kept} (the last good one), {@code self_signed},
     *     {@code nothing}
     * @param method of the source: {@code acme, step-ca, embedded, self-signed}, or {@code none}
     * @param reason as in {@link RenewalFailed}, or {@code none}
     * @param detail for the log
     */
    public record FallbackTaken(String identity, String step, String method, String reason, String detail) {}

    public record CertificateExpiring(String identity, Instant notAfter, String level) {}

    /**
     * @param name as configured
     * @param endpoint its address; null: files
     * @param up whether it answered as it should; null: files, or nobody knows
     * @param notBefore when the certificate that ends first begins; null: none was seen
     * @param notAfter when it ends; null: none was seen
     * @param level {@code healthy, warning, critical} or {@code unknown}
     */
    public record WatchedLookedAt(
            String name,
            @Nullable String endpoint,
            @Nullable Boolean up,
            @Nullable Instant notBefore,
            @Nullable Instant notAfter,
            String level) {}

    /**
     * @param result {@code done}, verification included, or {@code failed}
     * @param bytes of the backup; 0 when it failed
     */
    public record BackupEnded(String result, long bytes) {}

    /**
     * @param hook {@code webhook} or {@code command}
     * @param result {@code done}, {@code failed} or {@code given_up}
     */
    public record HookRun(String hook, String result) {}

    public record CertificateRevoked(
            SerialNumber serial, String identity, RevocationReason reason, Instant revokedAt, String actor) {}

    public record RevocationEnforced(String broker, SerialNumber serial, Duration elapsed) {}

    public record NewsMissed() {}

    /**
     * @param journal that was followed so far; null: none yet
     * @param after the last one that was heard
     */
    public record FollowNews(@Nullable String journal, long after) {}

    /**
     * @param journal another one after each start of the authority
     * @param upTo what to ask after next time
     * @param gap whether something may have happened that is not told here
     * @param trust the newest change; null: unchanged
     */
    public record Told(
            String journal,
            long upTo,
            boolean gap,
            List<CertificateRevoked> revoked,
            @Nullable TrustChanged trust) {}

    /**
     * @param bundlePem the roots that are trusted from then on
     * @param bundleFingerprint of all of them together ({@code Fingerprint.ofBundle}), hexadecimal
     */
    public record TrustChanged(String bundlePem, String bundleFingerprint, Instant at) {}

    public record DescribeTrust() {}

    /** Who trusts roots. */
    public enum TrustHolder {
        /** By its fleet name. */
        DEVICE,
        /** An MQTT broker, ours or an operator's. */
        BROKER,
        /** Any other listener that asks clients for certificates or shows its own. */
        LISTENER,
        /** A client of ours: the application, renewal, a site. */
        SERVICE,
        /** A node of the authority; what it confirms is that it has the keys. */
        AUTHORITY
    }

    /**
     * @param name of the holder, unique among its kind
     * @param bundleFingerprint as in {@link TrustChanged}, of what it uses
     */
    public record ConfirmTrust(TrustHolder kind, String name, String bundleFingerprint) {}

    /**
     * @param current whether that is the bundle of now; otherwise fetch it and confirm again
     * @param bundleFingerprint of the bundle of now
     */
    public record TrustConfirmed(boolean current, String bundleFingerprint) {}

    public record DescribeCaRotation() {}

    /** @param intermediate a new intermediate under the same root; false: a new root, with an intermediate if there is one now */
    public record StartCaRotation(boolean intermediate, String actor) {}

    public enum CaRotationChange {
        NEXT,
        ABORT
    }

    /**
     * @param force whether to go past those who are missing, all of whom are named in the audit log
     * @param revokeOld whether the last step of an intermediate's rotation revokes the old one
     */
    public record ChangeCaRotation(CaRotationChange change, boolean force, boolean revokeOld, String actor) {}

    /** @param lastSeen when it confirmed anything; null: never */
    public record Straggler(
            TrustHolder kind, String name, @Nullable Instant lastSeen, String detail) {}

    /** How many holders of a kind have confirmed the bundle of now, and how many have not. */
    public record Adoption(long confirmed, long missing) {}

    /**
     * The rotation of root or intermediate that runs, or the last one.
     *
     * @param id of this rotation; null: there never was one
     * @param kind {@code root} or {@code intermediate}; {@code none}
     * @param phase {@code idle, prepared, spreading, adopted, issuing, draining, withdrawing, returning, done, aborted}
     * @param since when the phase began
     * @param oldRoot fingerprint, as the three that follow; null: none
     * @param bundleFingerprint of what is trusted now
     * @param adoption by kind of holder, of the bundle of now
     * @param leaves live certificates of the issuer that is left
     * @param ready whether the next step can be taken without force
     * @param explanation what this phase is, for people
     * @param blocked what the next step waits for; empty: nothing
     * @param next what the next step does; empty: there is none
     * @param abort what turning back means now; empty: it is not possible
     * @param missing how many stragglers there are
     * @param stragglers the first of them
     */
    public record CaRotationStatus(
            @Nullable String id,
            String kind,
            String phase,
            @Nullable Instant startedAt,
            @Nullable Instant since,
            String actor,
            @Nullable String oldRoot,
            @Nullable String newRoot,
            @Nullable String oldIssuer,
            @Nullable String newIssuer,
            String bundleFingerprint,
            Map<String, Adoption> adoption,
            long leaves,
            boolean ready,
            String explanation,
            String blocked,
            String next,
            String abort,
            long missing,
            List<Straggler> stragglers) {}

    /**
     * Told once the step is in the database.
     *
     * @param phase as in {@link CaRotationStatus}, of now
     */
    public record CaRotationMoved(String id, String kind, String phase, Instant at, String actor) {}

    /** @param issuedBefore those with certificates from before this */
    public record ListenersToRenew(Instant issuedBefore) {}

    public sealed interface CaRotationOutcome {
        record Changed(CaRotationStatus status) implements CaRotationOutcome {}

        /** @param detail why not, and what to do; names the first who are missing */
        record Refused(String detail, CaRotationStatus status) implements CaRotationOutcome {}
    }

    public record ProvisioningChanged(ProvisioningState state, String actor) {}

    /** @param result a metric label: {@code issued, disabled, not_whitelisted, rate_limited, name_claimed, unfit_request…} */
    public record ProvisioningAnswered(String result, String address, String device) {}

    public record DeviceConnected(String identity, String clientId, SerialNumber serial, String address, String tls) {}

    public record DeviceDisconnected(String identity, String clientId, SerialNumber serial, String reason) {}

    /** @param identity null when no certificate told it */
    public record ConnectRefused(
            @Nullable String identity, @Nullable String clientId, String address, String reason) {}

    /**
     * Told once for as long as it goes on.
     *
     * @param addresses from which it is used, the one that was there first before the other
     * @param clientIds of the two, in the same order
     * @param action {@code warned}, or {@code refused} for the second
     */
    public record CertificateShared(
            String identity, SerialNumber serial, List<String> addresses, List<String> clientIds, String action) {}

    /** @param action {@code publish} or {@code subscribe} */
    public record AccessDenied(String identity, String clientId, String action, String topic) {}

    /**
     * @param listener {@code broker}, {@code authority}, {@code gui}
     * @param issuedAt from which its lifetime counts
     * @param validity of the certificate that is served now
     * @param result {@code started}, {@code reloaded}, {@code rolled_back}; {@code fallback} when the operator's pair took the place of what
     *     could not be renewed, {@code refused} when files that changed are not good; {@code trust_reloaded}, {@code trust_rolled_back} when
     *     the certificate stays and the CAs were replaced, or not
     * @param source of what is served now: {@code embedded}, {@code acme}, {@code manual}, or {@code fallback}
     * @param renewBefore left of the lifetime when it is renewed; null: by the policy of all
     */
    public record ListenerReloaded(
            String listener,
            SerialNumber serial,
            Instant issuedAt,
            Validity validity,
            String result,
            String source,
            @Nullable Duration renewBefore) {
        /** Whether what is served now is other than before. */
        public boolean replaced() {
            return result.equals("started") || result.equals("reloaded") || result.equals("fallback");
        }
    }

    /**
     * @param what {@code acl, allowed, trust} or {@code crl}
     * @param result {@code reloaded}; {@code refused} or {@code rolled_back}: what was there before still holds
     * @param detail why not, for people; empty when it was taken
     */
    public record BrokerReloaded(String what, String result, String detail) {}

    /**
     * @param actor who: {@code operator}, {@code provisioning}, {@code device dev-0001}
     * @param action what: {@code certificate.issue}, {@code provisioning.on}
     * @param object on what: a serial, a name, an address
     * @param outcome {@code ok} or {@code refused}
     * @param details more, as text values
     * @param address from where it was asked; null: that of the {@link Origin} in which it is told
     * @param correlation joins acts of one request; null: that of the {@link Origin}
     */
    public record Audited(
            Instant at,
            String actor,
            String action,
            String object,
            String outcome,
            Map<String, String> details,
            @Nullable String address,
            @Nullable String correlation) {
        /** Of the {@link Origin} in which it is told. */
        public Audited(
                Instant at, String actor, String action, String object, String outcome, Map<String, String> details) {
            this(at, actor, action, object, outcome, details, null, null);
        }

        /** From an address that the origin does not tell. */
        public Audited from(String where) {
            return new Audited(at, actor, action, object, outcome, details, where, correlation);
        }

        /** With what it lacks from the origin in which it was told. */
        public Audited of(Optional<Origin> origin) {
            return origin.map(known -> new Audited(
                            at,
                            actor,
                            action,
                            object,
                            outcome,
                            details,
                            address == null ? known.address() : address,
                            correlation == null ? known.correlation() : correlation))
                    .orElse(this);
        }
    }

    public record DescribeSettings() {}

    /** @param values by key; null: as the files have it */
    public record ChangeSettings(Map<String, @Nullable String> values, String actor) {}

    public record ReloadSettings(String actor) {}

    /**
     * @param value secrets are masked
     * @param atOnce whether a change takes effect without a restart
     */
    public record RunningSetting(String key, String value, String source, boolean atOnce) {}

    /** @param needRestart keys that the files have otherwise than is in force */
    public record SettingsState(List<RunningSetting> settings, List<String> needRestart) {
        public SettingsState {
            settings = List.copyOf(settings);
            needRestart = List.copyOf(needRestart);
        }
    }

    public sealed interface SettingsOutcome {
        /** @param changed keys of what took effect */
        record Taken(List<String> changed, SettingsState state) implements SettingsOutcome {}

        /**
         * Everything is as it was.
         *
         * @param detail names key, place and remedy
         */
        record Refused(String detail) implements SettingsOutcome {}
    }

    public record ThresholdsChanged(Duration warning, Duration critical) {}

    /**
     * Acts of the audit log; what is null does not matter.
     *
     * @param query in any part of an act
     * @param subject what it is about, by whichever member: its object, an identity, a serial, the name of its actor
     * @param action whole, or its beginning up to a dot: {@code certificate.}
     * @param from and {@code to}: at or after, and before
     */
    public record SearchAudit(
            @Nullable String query,
            @Nullable String subject,
            @Nullable String actor,
            @Nullable String action,
            @Nullable String object,
            @Nullable String outcome,
            @Nullable String correlation,
            @Nullable Instant from,
            @Nullable Instant to,
            AuditCursor after,
            int size) {}

    /**
     * Where a page begins.
     *
     * @param skip acts from there on; for small numbers
     * @param before only acts of smaller numbers; null: from the newest
     */
    public record AuditCursor(int skip, @Nullable Long before) {
        public static final AuditCursor NEWEST = new AuditCursor(0, null);
    }

    /**
     * @param more whether older ones are left
     * @param current whether everything that was written before the question was looked through; not while the index is made anew
     */
    public record AuditPage(List<AuditEntry> entries, boolean more, boolean current) {
        public AuditPage {
            entries = List.copyOf(entries);
        }
    }

    /** @param sequence number of its line; negative: from before there was a chain */
    public record AuditEntry(long sequence, Audited act) {}

    public record ReadAuditStatistics() {}

    /**
     * @param sequence number of the newest line
     * @param lost acts since the start that could not be written and were let go
     * @param waiting acts that are not written yet
     * @param failing whether the last try to write failed
     * @param bytes of the file that is written
     */
    public record AuditStatistics(long sequence, long written, long lost, int waiting, boolean failing, long bytes) {}

    public record CheckStore() {}

    /** @param reachable whether the database answers; what is asked of it is tried all the same */
    public record StoreCheck(boolean reachable) {}

    public record DescribeCluster() {}

    /**
     * What a node sees of its cluster.
     *
     * @param nodes that it sees, itself among them, by name
     * @param expected how many there shall be: this one and the other {@code cluster.members}
     * @param certificate of this node on the event bus, as long as this run may last
     */
    public record ClusterState(List<ClusterNode> nodes, int expected, Validity certificate) {
        public ClusterState {
            nodes = List.copyOf(nodes);
        }
    }

    /**
     * @param since when this run of it began
     * @param self whether it is the one that answers
     */
    public record ClusterNode(NodeId id, String version, Instant since, String address, boolean self) {}

    public record NodeJoined(ClusterNode node) {}

    public record NodeLeft(ClusterNode node) {}

    private FleetBus() {}

    /** Called once per Vert.x instance, before the first verticle is deployed. */
    public static void install(Vertx vertx, NodeId self) {
        RecordCodec.register(vertx);
        self.install(vertx);
    }

    /** For a process that nobody else talks with. */
    public static void install(Vertx vertx) {
        install(vertx, NodeId.started("local", ThreadLocalRandom.current()));
    }

    /** Asked by the renewal scheduler; answered by the part that owns the listener, which makes key and request itself. */
    public static Call<RenewListener, RenewListenerOutcome> renewListener(String listener) {
        return new Call<>(
                        "listener.renew." + listener,
                        RenewListener.class,
                        RenewListenerOutcome.class,
                        Duration.ofMinutes(1))
                .local();
    }

    public record RenewListener(String reason) {}

    public sealed interface RenewListenerOutcome {
        /** @param method {@code embedded}, {@code acme} or {@code manual} */
        record Renewed(SerialNumber serial, Instant issuedAt, Validity validity, String method)
                implements RenewListenerOutcome {}

        /** The old certificate is still served. */
        record Kept(String reason, String detail) implements RenewListenerOutcome {}
    }
}
