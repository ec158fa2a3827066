package io.lumia.authority;

import static io.lumia.bus.FleetBus.Refusal.NAME_NOT_ALLOWED;
import static io.lumia.bus.FleetBus.Refusal.UNFIT_REQUEST;

import io.lumia.bus.FleetBus.Provisioned;
import io.lumia.config.AcmeConfig.Provisioner;
import io.lumia.config.AuthorityConfig;
import io.lumia.config.LeafTemplate;
import io.lumia.config.LifetimesConfig;
import io.lumia.x509.LeafForm;
import io.lumia.x509.NameConstraints;
import io.lumia.x509.Printable;
import io.lumia.x509.Profile;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the provisioner that asks may have, beside what holds for everybody. Looked up by its name at each certificate, renewals included: a rule
 * that changes counts from then on.
 */
final class ProvisionerRules {
    private final AuthorityConfig config;
    private final LifetimesConfig lifetimes;
    private final NameConstraints constraints;

    ProvisionerRules(AuthorityConfig config, LifetimesConfig lifetimes) {
        this.config = config;
        this.lifetimes = lifetimes;
        this.constraints = config.nameConstraints().names();
    }

    /** @param names all that the certificate will carry */
    void demandNames(@Nullable Provisioned by, List<String> names) throws NotIssued {
        for (String name : names) {
            var outside = constraints.refusal(name);
            if (outside.isPresent()) {
                throw notAllowed(name, "the CA's name constraints rule it out: " + outside.get());
            }
            var refused = refusal(by, name);
            if (refused.isPresent()) {
                throw notAllowed(name, "the provisioner does not certify it: " + refused.get());
            }
        }
    }

    void demandKey(@Nullable Provisioned by, PublicKey key) throws NotIssued {
        var refused = acme(by).flatMap(provisioner -> provisioner.refusal(key));
        if (refused.isPresent()) {
            throw new NotIssued(UNFIT_REQUEST, refused.get());
        }
    }

    /** The stricter of the profile's and the provisioner's. */
    Duration longest(@Nullable Provisioned by, Profile profile) {
        var most = lifetimes.maximum().of(profile);
        return acme(by).map(Provisioner::maximumLifetime)
                .filter(own -> own.compareTo(most) < 0)
                .orElse(most);
    }

    /** Names that every certificate of the provisioner carries. */
    List<String> extras(@Nullable Provisioned by) {
        return template(by).map(LeafTemplate::extras).orElse(List.of());
    }

    /** What its template makes of a certificate; empty: what the profile makes of it. Devices are never shaped by one. */
    Optional<LeafForm> form(@Nullable Provisioned by, Profile profile) {
        return profile == Profile.SERVER ? template(by).map(LeafTemplate::form) : Optional.empty();
    }

    private Optional<LeafTemplate> template(@Nullable Provisioned by) {
        return acme(by).map(Provisioner::template);
    }

    private Optional<String> refusal(@Nullable Provisioned by, String name) {
        if (extras(by).contains(name)) {
            return Optional.empty();
        }
        var acme = acme(by);
        return acme.isPresent()
                ? acme.get().refusal(name)
                : config.stepApi().names(by == null ? null : by.name()).flatMap(rules -> rules.refusal(name));
    }

    private Optional<Provisioner> acme(@Nullable Provisioned by) {
        return Optional.ofNullable(by).map(Provisioned::name).map(config.acme().provisioners()::get);
    }

    private static NotIssued notAllowed(String name, String why) {
        return new NotIssued(NAME_NOT_ALLOWED, Printable.quoted(name) + " cannot be had: " + why);
    }
}
