package io.lumia.web.gui;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.DevicePage;
import io.lumia.bus.FleetBus.DeviceRecord;
import io.lumia.bus.FleetBus.ListCertificates;
import io.lumia.bus.FleetBus.ListDevices;
import io.lumia.bus.FleetBus.ReleaseName;
import io.lumia.bus.FleetBus.ReleaseOutcome;
import io.lumia.bus.FleetBus.RenewDevice;
import io.lumia.bus.FleetBus.RenewDeviceOutcome;
import io.lumia.web.Operator;
import io.lumia.web.Rejected;
import io.lumia.web.Role;
import io.lumia.web.gui.Shell.Notice;
import io.lumia.web.live.Presence;
import io.lumia.web.live.Presence.Seen;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Profile;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The fleet's members: who is there, with which certificate; renew, release. */
final class DevicePages implements Gui.Pages {
    private static final String PART = "authority";
    private static final int SIZE = 50;
    private static final int LONGEST_QUERY = 200;
    private static final int MOST_CERTIFICATES = 1000;
    private static final int SHOWN = 20;

    private final Screens screens;
    private final Presence presence;

    DevicePages(Screens screens, Presence presence) {
        this.screens = screens;
        this.presence = presence;
    }

    record Listing(String query, DevicePage found, Presence presence) {
        Paging paging() {
            return new Paging("/devices", List.of("query", query), found.page(), found.size(), found.total());
        }

        Optional<Seen> seen(DeviceRecord device) {
            return presence.of(device.name().value());
        }
    }

    /**
     * @param certificates newest first, some
     * @param generation how many MQTT certificates it had
     */
    record Member(DeviceRecord device, Optional<Seen> seen, List<CertificateRecord> certificates, long generation) {
        Optional<CertificateRecord> inUse() {
            return certificates.stream()
                    .filter(one -> one.profile() == Profile.DEVICE && one.status() == CertificateStatus.ACTIVE)
                    .findFirst();
        }
    }

    @Override
    public void mount(Router router) {
        router.get("/devices").handler(this::list);
        router.get("/devices/:name").handler(context -> show(context, 200, null));
        router.get("/devices/:name/release").handler(this::askRelease);
        router.post("/devices/:name/release")
                .handler(Operator.requires(Role.OPERATOR, screens.clock()))
                .handler(this::release);
        router.post("/devices/:name/renew")
                .handler(Operator.requires(Role.OPERATOR, screens.clock()))
                .handler(this::renew);
    }

    private void list(RoutingContext context) {
        var query = Queries.text(context, "query", LONGEST_QUERY);
        screens.show(
                context,
                "devices",
                screens.shell(context, "Devices", Section.DEVICES),
                screens.ask(FleetBus.LIST_DEVICES, new ListDevices(query, Queries.page(context), SIZE), PART)
                        .map(found -> new Listing(query, found, presence)));
    }

    private void show(RoutingContext context, int status, @Nullable Notice notice) {
        var name = name(context);
        var shell = screens.shell(context, name.value(), Section.DEVICES);
        var unused = find(name)
                .compose(this::member)
                .onSuccess(member ->
                        screens.show(context, status, "device", notice == null ? shell : shell.with(notice), member))
                .onFailure(context::fail);
    }

    private Future<Member> member(DeviceRecord device) {
        var name = device.name();
        var wanted = new ListCertificates(name.value(), null, 0, MOST_CERTIFICATES);
        return screens.ask(FleetBus.LIST_CERTIFICATES, wanted, PART).map(found -> {
            var own = found.certificates().stream()
                    .filter(one -> name.equals(one.device()))
                    .toList();
            long generation =
                    own.stream().filter(one -> one.profile() == Profile.DEVICE).count();
            return new Member(
                    device, presence.of(name.value()), own.stream().limit(SHOWN).toList(), generation);
        });
    }

    private void askRelease(RoutingContext context) {
        screens.show(context, "release", screens.shell(context, "Release name", Section.DEVICES), find(name(context)));
    }

    private void release(RoutingContext context) {
        var name = name(context);
        var wanted = new ReleaseName(name, Operator.of(context).name());
        var unused = screens.ask(FleetBus.RELEASE_NAME, wanted, PART)
                .onSuccess(outcome -> {
                    if (outcome == ReleaseOutcome.UNKNOWN) {
                        context.fail(404, unknown(name));
                    } else {
                        Screens.go(context, "/devices", Done.RELEASED);
                    }
                })
                .onFailure(context::fail);
    }

    private void renew(RoutingContext context) {
        var name = name(context);
        var wanted = new RenewDevice(name, Operator.of(context).name());
        var unused = screens.ask(FleetBus.RENEW_DEVICE, wanted, "app")
                .onSuccess(outcome -> ordered(context, name, outcome))
                .onFailure(context::fail);
    }

    private void ordered(RoutingContext context, DeviceName name, RenewDeviceOutcome outcome) {
        if (outcome instanceof RenewDeviceOutcome.Told) {
            Screens.go(context, "/devices/" + name, Done.RENEWAL_ORDERED);
        } else if (outcome instanceof RenewDeviceOutcome.NotConnected silent) {
            show(
                    context,
                    409,
                    new Notice(
                            "bad",
                            "The device was not told to renew: " + silent.detail()
                                    + ". Try again when it is connected; it also renews by itself in time."));
        } else {
            context.fail(404, unknown(name));
        }
    }

    /** There is no question for one device; those whose names hold this one come by name. */
    private Future<DeviceRecord> find(DeviceName name) {
        return screens.ask(FleetBus.LIST_DEVICES, new ListDevices(name.value(), 0, MOST_CERTIFICATES), PART)
                .compose(found -> found.devices().stream()
                        .filter(one -> one.name().equals(name))
                        .findFirst()
                        .map(Future::succeededFuture)
                        .orElseGet(() -> Future.failedFuture(unknown(name))));
    }

    private static Rejected unknown(DeviceName name) {
        return Rejected.notFound("No key has claimed the name " + name + ".");
    }

    private static DeviceName name(RoutingContext context) {
        try {
            return new DeviceName(String.valueOf(context.pathParam("name")));
        } catch (IllegalArgumentException malformed) {
            throw Rejected.notFound("That is " + malformed.getMessage() + ".");
        }
    }
}
