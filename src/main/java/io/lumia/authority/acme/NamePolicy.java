package io.lumia.authority.acme;

import io.lumia.access.AddressRange;
import io.lumia.authority.acme.Problem.Kind;
import io.lumia.bus.FleetBus.DeviceRecord;
import io.lumia.config.AcmeConfig.Provisioner;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.FleetDomain;
import io.lumia.x509.Printable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may order which names.
 *
 * @param bindFleetNames orders for fleet names only from the account whose key claimed the name
 */
record NamePolicy(FleetDomain domain, boolean bindFleetNames) {
    static final int MOST_IDENTIFIERS = 100;

    private static final int LONGEST = 253;
    private static final Pattern NAME =
            Pattern.compile("([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern NUMBER = Pattern.compile("(.*\\.)?[0-9]+");

    /**
     * The names of a new order: lower-case, each once, in the order they came.
     *
     * @param provisioner at which it is made
     * @throws AcmeRefusal with a subproblem for each name that cannot be had
     */
    List<String> accept(@Nullable List<Identifier> asked, Provisioner provisioner) {
        if (asked == null || asked.isEmpty()) {
            throw AcmeRefusal.malformed("'identifiers' is missing or empty");
        }
        if (asked.size() > MOST_IDENTIFIERS) {
            throw AcmeRefusal.malformed(
                    "the order has " + asked.size() + " identifiers; at most " + MOST_IDENTIFIERS + " are accepted");
        }
        var names = new LinkedHashSet<String>();
        var problems = new ArrayList<Problem>();
        for (Identifier identifier : asked) {
            var value = identifier.value() == null
                    ? ""
                    : Identifier.canonical(identifier.value().toLowerCase(Locale.ROOT));
            names.add(value);
            problem(identifier.type(), value, asked.size())
                    .or(() -> provisionerProblem(value, provisioner))
                    .ifPresent(problems::add);
        }
        if (!problems.isEmpty()) {
            throw new AcmeRefusal(summary(problems));
        }
        return List.copyOf(names);
    }

    /** Ways to prove the name that the provisioner offers. */
    List<ChallengeType> challenges(String name, Provisioner provisioner) {
        return ChallengeType.suiting(name, device(List.of(name)).isPresent()).stream()
                .filter(type -> provisioner.offers(type.label()))
                .toList();
    }

    private Optional<Problem> provisionerProblem(String value, Provisioner provisioner) {
        var refusal = provisioner.refusal(value);
        if (refusal.isPresent()) {
            return Optional.of(Problem.about(
                    value,
                    Kind.REJECTED_IDENTIFIER,
                    "this provisioner does not certify " + Printable.quoted(value) + ": " + refusal.get()));
        }
        return challenges(value, provisioner).isEmpty()
                ? Optional.of(Problem.about(
                        value,
                        Kind.REJECTED_IDENTIFIER,
                        "none of the challenges that this provisioner offers proves " + Printable.quoted(value)))
                : Optional.empty();
    }

    /** The fleet member that the name belongs to; empty for names outside the fleet. */
    Optional<DeviceName> device(List<String> names) {
        return names.size() == 1 ? domain.deviceOf(names.get(0)) : Optional.empty();
    }

    /** @throws AcmeRefusal unless the key may order the name of this device */
    DeviceRecord permit(String name, Optional<DeviceRecord> claimed, Fingerprint accountKey) {
        var device = claimed.orElseThrow(() -> new AcmeRefusal(
                Kind.REJECTED_IDENTIFIER,
                Printable.quoted(name) + " is a fleet name that no device has claimed; provision the device first"));
        if (bindFleetNames && !device.identityKey().equalsIgnoreCase(accountKey.hex())) {
            throw new AcmeRefusal(
                    Kind.REJECTED_IDENTIFIER,
                    Printable.quoted(name) + " was claimed by another identity key than that of this account; order it"
                            + " with the account of the device's identity key, or have an operator release the name");
        }
        return device;
    }

    private Optional<Problem> problem(@Nullable String type, String value, int together) {
        if (Identifier.IP.equals(type)) {
            return addressProblem(value);
        }
        if (!Identifier.DNS.equals(type)) {
            return Optional.of(Problem.about(
                    value,
                    Kind.UNSUPPORTED_IDENTIFIER,
                    "identifiers of type " + Printable.quoted(String.valueOf(type))
                            + " are not supported; use dns or ip"));
        }
        if (Identifier.isWildcard(value)) {
            return wildcardProblem(value, together);
        }
        return nameProblem(value, together);
    }

    /** RFC 8738, 3. */
    private static Optional<Problem> addressProblem(String value) {
        try {
            var unused = AddressRange.address(value);
            return Optional.empty();
        } catch (IllegalArgumentException noAddress) {
            return Optional.of(Problem.about(
                    value, Kind.MALFORMED, Printable.quoted(value) + " is not an IPv4 or IPv6 address (RFC 8738)"));
        }
    }

    /** Covers a whole domain, so never a top-level one, nor that of the fleet. */
    private Optional<Problem> wildcardProblem(String value, int together) {
        var below = Identifier.proven(value);
        if (below.indexOf('.') < 0) {
            return Optional.of(Problem.about(
                    value, Kind.REJECTED_IDENTIFIER, "a wildcard must stand below a domain of at least two labels"));
        }
        if (domain.contains(below) || below.equals(domain.suffix())) {
            return Optional.of(Problem.about(
                    value,
                    Kind.REJECTED_IDENTIFIER,
                    "there are no wildcards in the fleet's domain " + domain.suffix()));
        }
        return nameProblem(below, together).map(problem -> problem.about(value));
    }

    private Optional<Problem> nameProblem(String value, int together) {
        if (CertificateRequest.isAddress(value) || NUMBER.matcher(value).matches()) {
            return Optional.of(Problem.about(
                    value, Kind.REJECTED_IDENTIFIER, Printable.quoted(value) + " is an address, not a DNS name"));
        }
        if (value.length() > LONGEST || !NAME.matcher(value).matches()) {
            return Optional.of(
                    Problem.about(value, Kind.MALFORMED, Printable.quoted(value) + " is not a DNS name (RFC 1123)"));
        }
        return fleetProblem(value, together);
    }

    private Optional<Problem> fleetProblem(String value, int together) {
        if (!domain.contains(value) && !value.equals(domain.suffix())) {
            return Optional.empty();
        }
        if (domain.deviceOf(value).isEmpty()) {
            return Optional.of(Problem.about(
                    value,
                    Kind.REJECTED_IDENTIFIER,
                    Printable.quoted(value) + " is not a device name directly below " + domain.suffix()));
        }
        return together == 1
                ? Optional.empty()
                : Optional.of(Problem.about(
                        value, Kind.REJECTED_IDENTIFIER, "a fleet name is ordered alone, without other names"));
    }

    /** One problem stands for itself; several are parts of one (RFC 8555, 6.7.1). */
    private static Problem summary(List<Problem> problems) {
        var first = problems.get(0);
        var kind = kind(first.type());
        if (problems.size() == 1) {
            return Problem.of(kind, first.detail()).with(problems);
        }
        boolean alike = problems.stream().allMatch(problem -> problem.type().equals(first.type()));
        return Problem.of(
                        alike ? kind : Kind.MALFORMED, problems.size() + " identifiers cannot be had; see subproblems")
                .with(problems);
    }

    private static Kind kind(String urn) {
        for (Kind kind : Kind.values()) {
            if (kind.urn().equals(urn)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("not one of ours: " + urn);
    }
}
