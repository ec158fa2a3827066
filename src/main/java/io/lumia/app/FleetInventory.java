package io.lumia.app;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.DevicePage;
import io.lumia.bus.FleetBus.ListDevices;
import io.lumia.x509.DeviceName;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The names of the fleet, page by page in the order of names; where no inventory can be asked, those that were heard of. For one context. */
final class FleetInventory {
    static final int PAGE = 1000;
    private static final Logger log = LoggerFactory.getLogger(FleetInventory.class);

    private final Vertx vertx;
    private final DeviceName own;
    private final Supplier<List<DeviceName>> heardOf;
    private long unread;
    private int page;
    private boolean reading;
    private boolean all;

    /** @param own the application's name, which is left out */
    FleetInventory(Vertx vertx, DeviceName own, Supplier<List<DeviceName>> heardOf) {
        this.vertx = vertx;
        this.own = own;
        this.heardOf = heardOf;
    }

    /** Whether something is left that nobody is reading yet. */
    boolean hasNext() {
        return !reading && !all;
    }

    /** Whether {@link #next} has given everything. */
    boolean isRead() {
        return all;
    }

    /** How many names have not been given yet. */
    long unread() {
        return unread;
    }

    Future<List<DeviceName>> next() {
        reading = true;
        return FleetBus.LIST_DEVICES
                .ask(vertx, new ListDevices("", page, PAGE))
                .map(this::took)
                .otherwise(this::instead);
    }

    private List<DeviceName> took(DevicePage found) {
        reading = false;
        page++;
        unread = Math.max(0, found.total() - (long) page * PAGE);
        all = found.devices().size() < PAGE;
        return found.devices().stream()
                .map(FleetBus.DeviceRecord::name)
                .filter(name -> !name.equals(own))
                .toList();
    }

    private List<DeviceName> instead(Throwable silent) {
        reading = false;
        all = true;
        if (page == 0) {
            return heardOf.get();
        }
        log.atWarn()
                .addKeyValue("devices", unread)
                .addKeyValue("reason", silent.getMessage())
                .log("the inventory cannot be read any more, the rest of the fleet is left out");
        unread = 0;
        return List.of();
    }
}
