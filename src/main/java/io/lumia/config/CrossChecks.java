package io.lumia.config;

import io.lumia.config.AuthorityConfig.ConstrainedNames;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What the values in one block mean for those in another. */
final class CrossChecks {
    private CrossChecks() {}

    /** A CA that may not certify its own fleet and listeners could not serve them. */
    static void demandOwnNamesFit(
            FleetConfig fleet, AuthorityConfig authority, BrokerConfig broker, WebConfig web, Set<Part> parts) {
        var constraints = authority.nameConstraints();
        var problems = new ArrayList<String>();
        // Whatever stands below the domain.
        demand(constraints, "fleet.domain", List.of("*." + fleet.domain().suffix()), problems);
        if (parts.contains(Part.BROKER)) {
            demand(constraints, "broker.names", broker.names(), problems);
        }
        if (parts.contains(Part.WEB)) {
            demand(constraints, "web.names", web.names(), problems);
        }
        Check.that(problems.isEmpty(), String.join("; ", problems));
    }

    /** What every certificate carries must be neither a device's name nor one under which our own listeners are known. */
    static void demandHarmlessExtras(FleetConfig fleet, AuthorityConfig authority, BrokerConfig broker, WebConfig web) {
        var problems = new ArrayList<String>();
        authority.acme().provisioners().forEach((name, provisioner) -> {
            var key = "authority.acme.provisioners." + name + ".template.extra-names has '";
            for (String extra : provisioner.template().extras()) {
                if (fleet.domain().contains(extra)
                        || extra.equals(fleet.domain().suffix())) {
                    problems.add(key + extra + "', which lies in fleet.domain: its names belong to devices");
                }
                listeners(authority, broker, web).forEach((listener, names) -> {
                    if (names.stream()
                            .anyMatch(own -> own.toLowerCase(Locale.ROOT).equals(extra))) {
                        problems.add(key + extra + "', which is one of " + listener
                                + ": with it anybody could pass for that listener");
                    }
                });
                authority
                        .nameConstraints()
                        .names()
                        .refusal(extra)
                        .ifPresent(why ->
                                problems.add(key + extra + "', which authority.name-constraints rule out: " + why));
            }
        });
        Check.that(problems.isEmpty(), String.join("; ", problems));
    }

    /** Nodes that write to a database of their own would issue the same twice. */
    static void demandSharedStore(StoreConfig store, ClusterConfig cluster, Set<Part> parts) {
        Check.that(
                !cluster.enabled()
                        || store.shared()
                        || (!parts.contains(Part.AUTHORITY) && !parts.contains(Part.PROVISIONING)),
                "cluster.enabled needs store.url, the PostgreSQL that the nodes share");
    }

    /** What is obtained by ACME would expire where nobody looks at it. */
    static void demandRenewalOfListeners(
            AuthorityConfig authority, BrokerConfig broker, WebConfig web, Set<Part> parts) {
        demandRenewal(parts, Part.AUTHORITY, authority.tls());
        demandRenewal(parts, Part.BROKER, broker.tls());
        demandRenewal(parts, Part.WEB, web.tls());
    }

    private static void demandRenewal(Set<Part> parts, Part part, TlsSection tls) {
        Check.that(
                !parts.contains(part) || tls.mode() != TlsSection.Mode.ACME || parts.contains(Part.RENEWAL),
                "parts needs renewal beside " + part.name().toLowerCase(Locale.ROOT)
                        + ", whose tls.mode is acme: it renews the certificate");
    }

    /** Nothing could be issued between the two. */
    static void demandRoomForLifetimes(AuthorityConfig authority, LifetimesConfig lifetimes) {
        var least = lifetimes.minimum().server().compareTo(lifetimes.minimum().device()) > 0
                ? lifetimes.minimum().server()
                : lifetimes.minimum().device();
        var problems = new ArrayList<String>();
        authority.acme().provisioners().forEach((name, provisioner) -> {
            var longest = provisioner.maximumLifetime();
            if (longest != null && longest.compareTo(least) < 0) {
                problems.add("authority.acme.provisioners." + name + ".maximum-lifetime is " + Durations.text(longest)
                        + ", less than lifetimes.minimum of server or device, " + Durations.text(least));
            }
        });
        Check.that(problems.isEmpty(), String.join("; ", problems));
    }

    private static Map<String, List<String>> listeners(AuthorityConfig authority, BrokerConfig broker, WebConfig web) {
        var listeners = new LinkedHashMap<String, List<String>>();
        listeners.put("authority.names", authority.names());
        listeners.put("broker.names", broker.names());
        listeners.put("web.names", web.names());
        return listeners;
    }

    private static void demand(ConstrainedNames constraints, String key, List<String> names, List<String> problems) {
        for (String name : names) {
            constraints
                    .names()
                    .refusal(name)
                    .ifPresent(why -> problems.add(
                            key + " has '" + name + "', which authority.name-constraints rule out: " + why));
        }
    }
}
