package io.lumia.metrics;

import static io.lumia.bus.FleetBus.BROKER_STATISTICS;
import static io.lumia.bus.FleetBus.COUNT_CERTIFICATES;
import static io.lumia.bus.FleetBus.COUNT_OVERDUE;
import static io.lumia.bus.FleetBus.DELIVERY_STATISTICS;
import static io.lumia.bus.FleetBus.DESCRIBE_AUTHORITY;
import static io.lumia.bus.FleetBus.DESCRIBE_CA_ROTATION;
import static io.lumia.bus.FleetBus.DESCRIBE_PROVISIONING;
import static io.lumia.bus.FleetBus.DESCRIBE_ROTATION;
import static io.lumia.bus.FleetBus.FORECAST_RENEWALS;
import static io.lumia.bus.FleetBus.LIST_SOONEST;
import static io.lumia.bus.FleetBus.REVOCATION_STATISTICS;
import static io.lumia.bus.FleetBus.STORE_STATISTICS;
import static io.lumia.bus.FleetBus.SWARM_STATISTICS;
import static io.lumia.bus.FleetBus.WEB_STATISTICS;

import io.lumia.bus.Call;
import io.lumia.bus.FleetBus.CountCertificates;
import io.lumia.bus.FleetBus.CountOverdue;
import io.lumia.bus.FleetBus.DescribeAuthority;
import io.lumia.bus.FleetBus.DescribeCaRotation;
import io.lumia.bus.FleetBus.DescribeProvisioning;
import io.lumia.bus.FleetBus.DescribeRotation;
import io.lumia.bus.FleetBus.ForecastRenewals;
import io.lumia.bus.FleetBus.ListSoonest;
import io.lumia.bus.FleetBus.ReadBrokerStatistics;
import io.lumia.bus.FleetBus.ReadDeliveryStatistics;
import io.lumia.bus.FleetBus.ReadRevocationStatistics;
import io.lumia.bus.FleetBus.ReadStoreStatistics;
import io.lumia.bus.FleetBus.ReadSwarmStatistics;
import io.lumia.bus.FleetBus.ReadWebStatistics;
import io.lumia.bus.FleetBus.SoonestDevices;
import io.lumia.config.RenewalConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks the parts for what they count. */
final class Sampling {
    private final Vertx vertx;
    private final CountOverdue overduePolicy;
    private final int soonest;

    /** @param soonest devices that are named, at most */
    Sampling(Vertx vertx, RenewalConfig renewal, int soonest) {
        this.vertx = vertx;
        this.soonest = soonest;
        this.overduePolicy = new CountOverdue(renewal.remainingLifetime(), renewal.renewBefore());
    }

    /** Asks all at once; who does not answer is left out. */
    Future<Sample> ask() {
        var broker = optional(BROKER_STATISTICS, new ReadBrokerStatistics());
        var delivery = optional(DELIVERY_STATISTICS, new ReadDeliveryStatistics());
        var certificates = optional(COUNT_CERTIFICATES, new CountCertificates());
        var overdue = optional(COUNT_OVERDUE, overduePolicy);
        var renewals = optional(FORECAST_RENEWALS, new ForecastRenewals());
        Future<@Nullable SoonestDevices> named = soonest == 0
                ? Future.succeededFuture((SoonestDevices) null)
                : optional(LIST_SOONEST, new ListSoonest(soonest));
        var rotation = optional(DESCRIBE_ROTATION, new DescribeRotation());
        var caRotation = optional(DESCRIBE_CA_ROTATION, new DescribeCaRotation());
        var provisioning = optional(DESCRIBE_PROVISIONING, new DescribeProvisioning());
        var revocations = optional(REVOCATION_STATISTICS, new ReadRevocationStatistics());
        var store = optional(STORE_STATISTICS, new ReadStoreStatistics());
        var pages = optional(WEB_STATISTICS, new ReadWebStatistics());
        var swarm = optional(SWARM_STATISTICS, new ReadSwarmStatistics());
        var authority = optional(DESCRIBE_AUTHORITY, new DescribeAuthority());
        return Future.all(List.of(
                        broker,
                        delivery,
                        certificates,
                        overdue,
                        renewals,
                        named,
                        rotation,
                        caRotation,
                        provisioning,
                        revocations,
                        store,
                        pages,
                        swarm,
                        authority))
                .map(all -> new Sample(
                        broker.result(),
                        delivery.result(),
                        certificates.result(),
                        overdue.result(),
                        renewals.result(),
                        named.result(),
                        rotation.result(),
                        caRotation.result(),
                        provisioning.result(),
                        revocations.result(),
                        store.result(),
                        pages.result(),
                        swarm.result(),
                        authority.result()));
    }

    private <Q extends Record, A> Future<@Nullable A> optional(Call<Q, A> call, Q question) {
        return call.ask(vertx, question).<@Nullable A>map(answer -> answer).otherwise((A) null);
    }
}
