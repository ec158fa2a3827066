package io.lumia.web.gui;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateCounts;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.ClusterState;
import io.lumia.bus.FleetBus.CountCertificates;
import io.lumia.bus.FleetBus.CountOverdue;
import io.lumia.bus.FleetBus.DescribeAuthority;
import io.lumia.bus.FleetBus.DescribeCluster;
import io.lumia.bus.FleetBus.ForecastRenewals;
import io.lumia.bus.FleetBus.OverdueCount;
import io.lumia.bus.FleetBus.ReadBrokerStatistics;
import io.lumia.bus.FleetBus.ReadDeliveryStatistics;
import io.lumia.bus.FleetBus.ReadRevocationStatistics;
import io.lumia.web.live.LiveEvent;
import io.lumia.web.live.Percentile;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The first page: whether all is well, in numbers, and what happens now. */
final class OverviewPages implements Gui.Pages {
    private static final int RECENT = 40;
    private static final String ABSENT = "–";
    private static final String NOT_HERE = "not in this process";

    private final Screens screens;
    private final CountOverdue policy;

    /** @param policy by which renewals are overdue */
    OverviewPages(Screens screens, CountOverdue policy) {
        this.screens = screens;
        this.policy = policy;
    }

    /** @param cluster empty: this process is no node */
    record Overview(List<Figure> figures, Chart ahead, List<LiveEvent> recent, Optional<ClusterState> cluster) {}

    /**
     * @param counter by which the browser knows it; null: it does not change by itself
     * @param link where more is told; null: nowhere
     */
    record Figure(
            String name,
            String value,
            String note,
            String tone,
            @Nullable String counter,
            @Nullable String link) {
        boolean isWord() {
            return counter == null;
        }
    }

    @Override
    public void mount(Router router) {
        router.get("/").handler(this::overview);
    }

    private void overview(RoutingContext context) {
        var ca = ca();
        var counts =
                screens.unlessSilent(FleetBus.COUNT_CERTIFICATES, new CountCertificates(), OverviewPages::certificates);
        var overdue = screens.unlessSilent(FleetBus.COUNT_OVERDUE, policy, OverviewPages::overdue);
        var broker = screens.unlessSilent(
                FleetBus.BROKER_STATISTICS,
                new ReadBrokerStatistics(),
                told -> new Figure(
                        "Connected devices",
                        Text.number(told.connections()),
                        Text.number(told.sessions()) + " sessions",
                        "",
                        "connections",
                        "/devices"));
        var delivery = screens.unlessSilent(
                FleetBus.DELIVERY_STATISTICS,
                new ReadDeliveryStatistics(),
                told -> delivery(Percentile.of(told, 0.99)));
        var ahead = screens.unlessSilent(FleetBus.FORECAST_RENEWALS, new ForecastRenewals(), RenewalsChart::of);
        var cluster = screens.unlessSilent(FleetBus.DESCRIBE_CLUSTER, new DescribeCluster(), told -> told);
        screens.show(
                context,
                "overview",
                screens.shell(context, "Overview", Section.OVERVIEW),
                Future.all(List.of(ca, counts, overdue, broker, delivery, ahead, cluster))
                        .map(all -> {
                            var certificates = counts.result().orElse(List.of(absent("Active certificates")));
                            return new Overview(
                                    java.util.stream.Stream.of(
                                                    List.of(ca.result()),
                                                    certificates,
                                                    List.of(
                                                            overdue.result().orElse(absent("Overdue renewals")),
                                                            broker.result().orElse(absent("Connected devices")),
                                                            delivery.result().orElse(absent("Delivery p99"))))
                                            .flatMap(List::stream)
                                            .toList(),
                                    ahead.result().orElseGet(RenewalsChart::none),
                                    screens.feed().recent(RECENT),
                                    cluster.result());
                        }));
    }

    private Future<Figure> ca() {
        var authority = screens.unlessSilent(FleetBus.DESCRIBE_AUTHORITY, new DescribeAuthority(), told -> told);
        var revocations =
                screens.unlessSilent(FleetBus.REVOCATION_STATISTICS, new ReadRevocationStatistics(), told -> told);
        return Future.all(authority, revocations).map(both -> {
            var health = CaHealth.of(authority.result(), revocations.result(), screens.now());
            return new Figure("CA", health.word(), health.detail(), health.tone(), null, "/ca");
        });
    }

    private static List<Figure> certificates(CertificateCounts told) {
        var active = told.byStatusAndProfile().getOrDefault(CertificateStatus.ACTIVE, Map.of());
        long total = active.values().stream().mapToLong(Long::longValue).sum();
        long week = told.expiringWithin().getOrDefault(Duration.ofDays(7), 0L);
        long day = told.expiringWithin().getOrDefault(Duration.ofDays(1), 0L);
        return List.of(
                new Figure(
                        "Active certificates",
                        Text.number(total),
                        profiles(active),
                        "",
                        "active",
                        "/certificates?status=active"),
                new Figure(
                        "Expiring within 7 days",
                        Text.number(week),
                        Text.number(day) + " of them within a day",
                        "",
                        "expiring",
                        "/certificates?status=active&sort=expiry"));
    }

    private static String profiles(Map<? extends Enum<?>, Long> active) {
        return active.entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .sorted((a, b) -> Long.compare(b.getValue(), a.getValue()))
                .limit(2)
                .map(entry -> Text.number(entry.getValue()) + " "
                        + entry.getKey().name().toLowerCase(Locale.ROOT))
                .reduce((a, b) -> a + ", " + b)
                .orElse("none yet");
    }

    private static Figure overdue(OverdueCount told) {
        boolean some = told.devices() > 0;
        return new Figure(
                "Overdue renewals",
                Text.number(told.devices()),
                some ? "should have renewed and did not" : "all devices renew in time",
                some ? "warning" : "",
                "overdue",
                "/renewals");
    }

    private static Figure delivery(OptionalDouble seconds) {
        return new Figure(
                "Delivery p99",
                seconds.isPresent() ? milliseconds(seconds.getAsDouble()) : ABSENT,
                seconds.isPresent() ? "from publish to receipt" : "nothing delivered yet",
                "",
                "deliveryP99Millis",
                null);
    }

    private static String milliseconds(double seconds) {
        return String.format(Locale.ROOT, "%.1f ms", seconds * 1000);
    }

    private static Figure absent(String name) {
        return new Figure(name, ABSENT, NOT_HERE, "", "", null);
    }
}
