package io.lumia.config;

import io.lumia.x509.Profile;
import java.time.Duration;

/** How long certificates are valid, by profile; the {@code lifetimes} block. */
public record LifetimesConfig(
        Duration bootstrap,
        Duration device,
        Duration server,
        Duration admin,
        Duration site,
        Bounds minimum,
        Bounds maximum) {
    public LifetimesConfig {
        var chosen = new Bounds(bootstrap, device, server, admin, site);
        for (Profile profile : Profile.values()) {
            var lifetime = chosen.of(profile);
            Check.that(
                    lifetime.compareTo(minimum.of(profile)) >= 0 && lifetime.compareTo(maximum.of(profile)) <= 0,
                    profile.label() + " must be from " + Durations.text(minimum.of(profile)) + " (minimum."
                            + profile.label() + ") to " + Durations.text(maximum.of(profile)) + " (maximum."
                            + profile.label() + "), is " + Durations.text(lifetime));
        }
    }

    /** What a profile gets when the requester asks for nothing else. */
    public Duration of(Profile profile) {
        return new Bounds(bootstrap, device, server, admin, site).of(profile);
    }

    /** One duration for each profile. */
    public record Bounds(Duration bootstrap, Duration device, Duration server, Duration admin, Duration site) {
        public Bounds {
            Check.positive("bootstrap", bootstrap);
            Check.positive("device", device);
            Check.positive("server", server);
            Check.positive("admin", admin);
            Check.positive("site", site);
        }

        public Duration of(Profile profile) {
            return switch (profile) {
                case BOOTSTRAP -> bootstrap;
                case DEVICE -> device;
                case SERVER -> server;
                case ADMIN -> admin;
                case SITE -> site;
            };
        }
    }
}
