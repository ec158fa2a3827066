package io.lumia.web;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.store.CertificateRoles;
import io.lumia.x509.CertificateBundle;
import io.lumia.x509.Profile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Gives a role to a certificate that was just issued: recorded with its serial, before anybody has the certificate. */
final class CertificateRights {
    private final Vertx vertx;
    private final @Nullable CertificateRoles roles;
    private final Clock clock;

    /** @param roles null in a process without a store, which issues no certificate of the profile admin */
    CertificateRights(Vertx vertx, @Nullable CertificateRoles roles, Clock clock) {
        this.vertx = vertx;
        this.roles = roles;
        this.clock = clock;
    }

    /** The role that the body asks for; only a certificate of the profile admin has one, and may do without: then it is for the broker alone. */
    static Optional<Role> wanted(Profile profile, RequestBody body) {
        var given = body.text("role");
        if (profile != Profile.ADMIN && given.isPresent()) {
            throw Rejected.badRequest("the member 'role' is for the profile admin alone");
        }
        try {
            return given.map(Role::of);
        } catch (IllegalArgumentException unknown) {
            throw Rejected.badRequest("the member 'role': " + unknown.getMessage());
        }
    }

    /** Completes with the same bundle once the role is on disk. */
    Future<CertificateBundle> grant(CertificateBundle bundle, Optional<Role> role, Operator by) {
        return role.isEmpty() ? Future.succeededFuture(bundle) : record(bundle, role.get(), by);
    }

    /** @throws Rejected in a process that could not record a role */
    void demandStore(Optional<Role> role) {
        if (role.isPresent() && roles == null) {
            throw Tokens.noStore();
        }
    }

    private Future<CertificateBundle> record(CertificateBundle bundle, Role role, Operator by) {
        if (roles == null) {
            return Future.failedFuture(Tokens.noStore());
        }
        var now = clock.instant();
        return roles.grant(
                        bundle.serial(),
                        role.label(),
                        by.name(),
                        bundle.validity().notAfter(),
                        now)
                .map(recorded -> {
                    FleetBus.AUDITED.publish(
                            vertx,
                            new Audited(
                                    now,
                                    by.name(),
                                    "certificate.grant",
                                    bundle.serial().toString(),
                                    "ok",
                                    Map.of("role", role.label())));
                    return bundle;
                });
    }
}
