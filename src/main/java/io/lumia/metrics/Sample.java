package io.lumia.metrics;

import io.lumia.bus.FleetBus.AuthorityDescription;
import io.lumia.bus.FleetBus.BrokerStatistics;
import io.lumia.bus.FleetBus.CaRotationStatus;
import io.lumia.bus.FleetBus.CertificateCounts;
import io.lumia.bus.FleetBus.DeliveryStatistics;
import io.lumia.bus.FleetBus.FleetRotationStatus;
import io.lumia.bus.FleetBus.OverdueCount;
import io.lumia.bus.FleetBus.ProvisioningState;
import io.lumia.bus.FleetBus.RenewalsForecast;
import io.lumia.bus.FleetBus.RevocationStatistics;
import io.lumia.bus.FleetBus.SoonestDevices;
import io.lumia.bus.FleetBus.StoreStatistics;
import io.lumia.bus.FleetBus.SwarmStatistics;
import io.lumia.bus.FleetBus.WebStatistics;
import org.jspecify.annotations.Nullable;

/** What the parts told when somebody scraped; null: that part does not run here, or did not answer. */
record Sample(
        @Nullable BrokerStatistics broker,
        @Nullable DeliveryStatistics delivery,
        @Nullable CertificateCounts certificates,
        @Nullable OverdueCount overdue,
        @Nullable RenewalsForecast renewals,
        @Nullable SoonestDevices soonest,
        @Nullable FleetRotationStatus rotation,
        @Nullable CaRotationStatus caRotation,
        @Nullable ProvisioningState provisioning,
        @Nullable RevocationStatistics revocations,
        @Nullable StoreStatistics store,
        @Nullable WebStatistics pages,
        @Nullable SwarmStatistics swarm,
        @Nullable AuthorityDescription authority) {}
