package io.lumia.authority;

import static io.lumia.bus.FleetBus.Refusal.LIFETIME_NOT_ALLOWED;
import static io.lumia.bus.FleetBus.Refusal.NAME_NOT_ALLOWED;
import static io.lumia.bus.FleetBus.Refusal.UNFIT_REQUEST;

import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.Provisioned;
import io.lumia.config.AuthorityConfig;
import io.lumia.config.LifetimesConfig;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.DeviceName;
import io.lumia.x509.FleetDomain;
import io.lumia.x509.LeafForm;
import io.lumia.x509.Printable;
import io.lumia.x509.Profile;
import io.lumia.x509.Validity;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bouncycastle.util.IPAddress;
import org.jspecify.annotations.Nullable;

/**
 * Which names and which lifetime a request gets; depends on nothing but the request, the configuration and the issuer's end. What depends on
 * earlier claims is decided in the store's writer, by {@link Issuance}.
 *
 * <p>Names in the fleet's domain come from a claim alone. No other certificate carries one, whoever asks, our own listeners included: so a name in
 * the domain always means the device.
 */
final class IssuingRules {
    private static final Pattern DNS_NAME =
            Pattern.compile("(\\*\\.)?[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?(\\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)*");
    private static final int LONGEST_DNS_NAME = 253;
    private static final int LONGEST_IDENTITY = 64;
    private static final int MOST_NAMES = 100;
    private static final Duration FURTHEST_BACK = Duration.ofHours(1);

    private final FleetDomain domain;
    private final LifetimesConfig lifetimes;
    private final ProvisionerRules provisioners;
    private final Duration backdate;
    private final Validity issuer;

    /** @param issuer signs the leaves */
    IssuingRules(FleetDomain domain, LifetimesConfig lifetimes, AuthorityConfig config, X509Certificate issuer) {
        this.domain = domain;
        this.lifetimes = lifetimes;
        this.provisioners = new ProvisionerRules(config, lifetimes);
        this.backdate = config.backdate();
        this.issuer = Validity.of(issuer);
    }

    Decision decide(IssueCertificate asked, CertificateRequest csr, Instant now) throws NotIssued {
        provisioners.demandKey(asked.provisioned(), csr.publicKey());
        var decision = byProfile(asked, csr, validity(asked, now));
        provisioners.demandNames(asked.provisioned(), decision.names());
        return decision;
    }

    /** What the provisioner's template makes of the certificate; empty: nothing beyond its profile. */
    Optional<LeafForm> form(IssueCertificate asked) {
        return provisioners.form(asked.provisioned(), asked.profile());
    }

    private Decision byProfile(IssueCertificate asked, CertificateRequest csr, Validity validity) throws NotIssued {
        return switch (asked.profile()) {
            case BOOTSTRAP -> asked.claim() == null ? anonymous(asked, csr, validity) : member(asked, csr, validity);
            case DEVICE -> member(asked, csr, validity);
            case SERVER -> server(asked, csr, validity);
            case ADMIN -> admin(asked, csr, validity);
            case SITE -> site(asked, csr, validity);
        };
    }

    /** For the next certificate of the same holder, for this key: the same names, as far as they are still allowed. */
    Decision again(CertificateRecord previous, Provisioned provisioned, PublicKey key, Instant now) throws NotIssued {
        var profile = previous.profile();
        provisioners.demandKey(provisioned, key);
        provisioners.demandNames(provisioned, previous.names());
        var lifetime = Duration.between(previous.issuedAt(), previous.validity().notAfter());
        var most = provisioners.longest(provisioned, profile);
        var least = lifetimes.minimum().of(profile);
        if (lifetime.compareTo(most) > 0) {
            lifetime = most;
        } else if (lifetime.compareTo(least) < 0) {
            lifetime = least;
        }
        var device = previous.device();
        if (device != null && !previous.names().equals(List.of(domain.dnsName(device)))) {
            throw new NotIssued(NAME_NOT_ALLOWED, "the fleet's domain is " + domain.suffix() + " now; enrol again");
        }
        if (device == null) {
            for (String name : previous.names()) {
                var same = allowed(name);
                assert same.equals(name);
            }
        }
        return new Decision(
                previous.identity(), previous.names(), device, validity(profile, lifetime, provisioned, now));
    }

    private Decision member(IssueCertificate asked, CertificateRequest csr, Validity validity) throws NotIssued {
        if (asked.claim() == null) {
            throw new NotIssued(NAME_NOT_ALLOWED, "a device certificate needs the claim of a fleet name");
        }
        DeviceName device = asked.claim().device();
        var dnsName = domain.dnsName(device);
        var commonName = csr.commonName();
        if (commonName != null && !commonName.equals(device.value()) && !commonName.equals(dnsName)) {
            throw new NotIssued(
                    UNFIT_REQUEST,
                    "the CSR's common name is " + Printable.quoted(commonName) + "; expected "
                            + Printable.quoted(device.value()) + ", " + Printable.quoted(dnsName) + " or none");
        }
        for (String name : csr.names()) {
            demandOwn(name, dnsName, "the CSR asks");
        }
        for (String name : asked.names()) {
            demandOwn(name, dnsName, "the request asks");
        }
        return new Decision(device.value(), List.of(dnsName), device, validity);
    }

    private static void demandOwn(String name, String dnsName, String who) throws NotIssued {
        if (!name.equalsIgnoreCase(dnsName)) {
            throw new NotIssued(
                    UNFIT_REQUEST,
                    who + " for the name " + Printable.quoted(name) + "; expected " + Printable.quoted(dnsName)
                            + " or none");
        }
    }

    /** Without a claim it names nobody: it passes a handshake and has no rights. */
    private static Decision anonymous(IssueCertificate asked, CertificateRequest csr, Validity validity)
            throws NotIssued {
        if (!asked.names().isEmpty() || !csr.names().isEmpty()) {
            throw new NotIssued(NAME_NOT_ALLOWED, "a bootstrap certificate carries names only with a claim");
        }
        return new Decision(commonName(csr), List.of(), null, validity);
    }

    private Decision server(IssueCertificate asked, CertificateRequest csr, Validity validity) throws NotIssued {
        var names = outside(asked, csr);
        var commonName = csr.commonName();
        if (names.isEmpty()) {
            if (commonName == null) {
                throw new NotIssued(UNFIT_REQUEST, "a server certificate needs at least one DNS name or IP address");
            }
            names = List.of(allowed(commonName));
        }
        var wished = commonName == null ? "" : commonName.toLowerCase(Locale.ROOT);
        var identity = names.contains(wished) ? wished : names.get(0);
        var all = new LinkedHashSet<>(names);
        all.addAll(provisioners.extras(asked.provisioned()));
        return new Decision(identity, List.copyOf(all), null, validity);
    }

    private Decision admin(IssueCertificate asked, CertificateRequest csr, Validity validity) throws NotIssued {
        return new Decision(commonName(csr), outside(asked, csr), null, validity);
    }

    /** Its name is one level of a topic, and one that a device could not have at the same time: see {@link Issuance}. */
    private static Decision site(IssueCertificate asked, CertificateRequest csr, Validity validity) throws NotIssued {
        var name = Objects.requireNonNullElse(csr.commonName(), "");
        try {
            var site = new DeviceName(name);
            for (String other : asked.names().isEmpty() ? csr.names() : asked.names()) {
                demandOwn(other, site.value(), "the request asks");
            }
            return new Decision(site.value(), List.of(site.value()), null, validity);
        } catch (IllegalArgumentException unfit) {
            throw new NotIssued(
                    UNFIT_REQUEST,
                    "the CSR's common name is " + Printable.quoted(name)
                            + "; a site's name is 1 to 63 lower-case letters, digits and inner hyphens");
        }
    }

    private List<String> outside(IssueCertificate asked, CertificateRequest csr) throws NotIssued {
        var wanted = asked.names().isEmpty() ? csr.names() : asked.names();
        if (wanted.size() > MOST_NAMES) {
            throw new NotIssued(UNFIT_REQUEST, "more than " + MOST_NAMES + " names are asked for");
        }
        var names = new LinkedHashSet<String>();
        for (String name : wanted) {
            names.add(allowed(name));
        }
        return List.copyOf(names);
    }

    private String allowed(String wanted) throws NotIssued {
        var name = wanted.toLowerCase(Locale.ROOT);
        var fit = CertificateRequest.isAddress(name)
                ? IPAddress.isValid(name)
                : name.length() <= LONGEST_DNS_NAME && DNS_NAME.matcher(name).matches();
        if (!fit) {
            throw new NotIssued(UNFIT_REQUEST, Printable.quoted(wanted) + " is neither a DNS name nor an IP address");
        }
        if (domain.contains(name) || name.equals(domain.suffix())) {
            throw new NotIssued(
                    NAME_NOT_ALLOWED,
                    Printable.quoted(name) + " lies in the fleet's domain " + domain.suffix()
                            + ", whose names belong to devices; choose a name outside of it");
        }
        return name;
    }

    private static String commonName(CertificateRequest csr) throws NotIssued {
        var name = csr.commonName();
        if (name == null || name.isBlank() || name.length() > LONGEST_IDENTITY) {
            throw new NotIssued(
                    UNFIT_REQUEST, "the CSR needs a common name of 1 to " + LONGEST_IDENTITY + " characters");
        }
        if (!Printable.quoted(name).equals("'" + name + "'")) {
            throw new NotIssued(
                    UNFIT_REQUEST,
                    "the CSR's common name " + Printable.quoted(name) + " has characters that are not allowed");
        }
        return name;
    }

    /** Lifetimes count from now, since notBefore is backdated; no certificate outlives its issuer. */
    private Validity validity(IssueCertificate asked, Instant now) throws NotIssued {
        var wanted = asked.lifetime();
        var lifetime = wanted == null ? lifetimes.of(asked.profile()) : wanted;
        return validity(asked.profile(), lifetime, asked.provisioned(), now);
    }

    private Validity validity(Profile profile, Duration wanted, @Nullable Provisioned provisioned, Instant now)
            throws NotIssued {
        var fixedBegin = provisioned == null ? null : provisioned.notBefore();
        var fixedEnd = provisioned == null ? null : provisioned.notAfter();
        var useful = fixedBegin == null || fixedBegin.isBefore(now) ? now : fixedBegin;
        var end = fixedEnd == null ? useful.plus(wanted) : fixedEnd;
        var lifetime = Duration.between(useful, end);
        var least = lifetimes.minimum().of(profile);
        var most = provisioners.longest(provisioned, profile);
        if (lifetime.compareTo(least) < 0 || Duration.between(now, end).compareTo(most) > 0) {
            throw new NotIssued(
                    LIFETIME_NOT_ALLOWED,
                    "a lifetime of " + lifetime.toSeconds() + " s was asked for; " + profile.label()
                            + " certificates live from " + least.toSeconds() + " to " + most.toSeconds()
                            + " s from now");
        }
        if (fixedBegin != null && fixedBegin.isBefore(now.minus(FURTHEST_BACK))) {
            throw new NotIssued(
                    LIFETIME_NOT_ALLOWED,
                    "notBefore is " + fixedBegin + "; it may lie at most " + FURTHEST_BACK.toMinutes()
                            + " minutes in the past");
        }
        if (end.isAfter(issuer.notAfter())) {
            end = issuer.notAfter();
        }
        if (end.isBefore(useful.plus(least))) {
            throw new NotIssued(
                    LIFETIME_NOT_ALLOWED,
                    "the CA's issuing certificate ends on " + issuer.notAfter() + ", too soon for another "
                            + profile.label() + " certificate");
        }
        var begin = fixedBegin == null ? now.minus(backdate) : fixedBegin;
        if (begin.isBefore(issuer.notBefore())) {
            begin = issuer.notBefore();
        }
        return new Validity(begin.truncatedTo(ChronoUnit.SECONDS), end.truncatedTo(ChronoUnit.SECONDS));
    }
}
