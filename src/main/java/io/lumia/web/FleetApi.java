package io.lumia.web;

import io.lumia.bus.Call;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CountCertificates;
import io.lumia.bus.FleetBus.DescribeAuthority;
import io.lumia.bus.FleetBus.DescribeCluster;
import io.lumia.bus.FleetBus.DescribeProvisioning;
import io.lumia.bus.FleetBus.ListDevices;
import io.lumia.bus.FleetBus.ReadBrokerStatistics;
import io.lumia.bus.FleetBus.ReleaseName;
import io.lumia.bus.FleetBus.ReleaseOutcome;
import io.lumia.bus.FleetBus.RenewDevice;
import io.lumia.bus.FleetBus.RenewDeviceOutcome;
import io.lumia.http.Problem;
import io.lumia.x509.DeviceName;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** {@code /status}, {@code /devices} and {@code /ca}. */
final class FleetApi {
    private final Clock clock;

    FleetApi(Clock clock) {
        this.clock = clock;
    }

    void mount(ApiRoutes api) {
        api.get("/status", Role.VIEWER, this::status);
        api.get("/ca", Role.VIEWER, this::authority);
        api.get("/devices", Role.VIEWER, this::devices);
        api.delete("/devices/:name", Role.OPERATOR, this::release);
        api.post("/devices/:name/renew", Role.OPERATOR, this::renew);
    }

    private void status(RoutingContext context) {
        var provisioning = unlessSilent(
                context, FleetBus.DESCRIBE_PROVISIONING, new DescribeProvisioning(), Views.Provisioning::of);
        var counts = unlessSilent(context, FleetBus.COUNT_CERTIFICATES, new CountCertificates(), Views.Counts::of);
        var broker = unlessSilent(context, FleetBus.BROKER_STATISTICS, new ReadBrokerStatistics(), Views.Broker::of);
        var authority =
                unlessSilent(context, FleetBus.DESCRIBE_AUTHORITY, new DescribeAuthority(), Views.AuthoritySummary::of);
        var cluster = unlessSilent(context, FleetBus.DESCRIBE_CLUSTER, new DescribeCluster(), Views.Cluster::of);
        Answers.send(
                context,
                200,
                Future.all(provisioning, counts, broker, authority, cluster)
                        .map(all -> new Views.Status(
                                clock.instant().toString(),
                                provisioning.result().orElse(null),
                                counts.result().orElse(null),
                                broker.result().orElse(null),
                                authority.result().orElse(null),
                                cluster.result().orElse(null))));
    }

    private void authority(RoutingContext context) {
        Answers.send(
                context,
                200,
                Answers.ask(context, FleetBus.DESCRIBE_AUTHORITY, new DescribeAuthority(), "authority")
                        .map(Views.Authority::of));
    }

    private void devices(RoutingContext context) {
        var wanted = new ListDevices(
                Answers.parameter(context, "query").orElse(""), Answers.page(context), Answers.size(context));
        Answers.send(
                context,
                200,
                Answers.ask(context, FleetBus.LIST_DEVICES, wanted, "authority")
                        .map(found -> new Views.Devices(
                                found.devices().stream().map(Views.Device::of).toList(),
                                found.total(),
                                found.page(),
                                found.size())));
    }

    private void release(RoutingContext context) {
        var device = name(context);
        Answers.send(
                context,
                200,
                Answers.ask(
                                context,
                                FleetBus.RELEASE_NAME,
                                new ReleaseName(device, Operator.of(context).name()),
                                "authority")
                        .map(outcome -> released(outcome, device)));
    }

    private static Map<String, String> released(ReleaseOutcome outcome, DeviceName device) {
        if (outcome == ReleaseOutcome.UNKNOWN) {
            throw Rejected.notFound("no key has claimed the name '" + device + "'");
        }
        return Map.of("released", device.value());
    }

    private void renew(RoutingContext context) {
        var device = name(context);
        Answers.send(
                context,
                202,
                Answers.ask(
                                context,
                                FleetBus.RENEW_DEVICE,
                                new RenewDevice(device, Operator.of(context).name()),
                                "app")
                        .map(outcome -> told(outcome, device)));
    }

    private static Map<String, String> told(RenewDeviceOutcome outcome, DeviceName device) {
        if (outcome instanceof RenewDeviceOutcome.Told told) {
            return Map.of("device", device.value(), "outcome", told.already() ? "already" : "begun");
        }
        if (outcome instanceof RenewDeviceOutcome.NotConnected silent) {
            throw new Rejected(Problem.of(409, "not-connected", "Device is not connected", silent.detail()));
        }
        throw Rejected.notFound("no key has claimed the name '" + device + "'");
    }

    private static DeviceName name(RoutingContext context) {
        try {
            return new DeviceName(String.valueOf(context.pathParam("name")));
        } catch (IllegalArgumentException malformed) {
            throw Rejected.badRequest(String.valueOf(malformed.getMessage()));
        }
    }

    private static <Q extends Record, A, V> Future<Optional<V>> unlessSilent(
            RoutingContext context, Call<Q, A> call, Q question, Function<A, V> view) {
        return call.ask(context.vertx(), question)
                .map(told -> Optional.of(view.apply(told)))
                .otherwise(silent -> Optional.empty());
    }
}
