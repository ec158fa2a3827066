package io.lumia.authority.stepapi;

import io.lumia.config.AcmeConfig;
import io.lumia.config.LifetimesConfig;
import io.lumia.config.StepApiConfig;
import io.lumia.x509.Pem;
import io.lumia.x509.Printable;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What clients may know of the provisioners, in the form that the step CLI reads. */
final class Provisioners {
    private static final int USUAL_PAGE = 20;
    private static final int LARGEST_PAGE = 100;

    private final StepApiConfig config;
    private final LifetimesConfig lifetimes;
    private final List<JwkProvisioner> keys;
    private final AcmeConfig acme;
    private final Supplier<List<X509Certificate>> x5cRoots;

    Provisioners(
            StepApiConfig config,
            AcmeConfig acme,
            LifetimesConfig lifetimes,
            List<JwkProvisioner> keys,
            Supplier<List<X509Certificate>> x5cRoots) {
        this.config = config;
        this.lifetimes = lifetimes;
        this.keys = List.copyOf(keys);
        this.acme = acme;
        this.x5cRoots = x5cRoots;
    }

    private List<Map<String, Object>> all() {
        var listed = new ArrayList<Map<String, Object>>();
        keys.forEach(key -> listed.add(jwk(key)));
        acme.provisioners().forEach((name, provisioner) -> listed.add(acme(name, provisioner)));
        listed.add(x5c(x5cRoots.get()));
        return List.copyOf(listed);
    }

    /** @param nextCursor where the next page begins; empty: there is none */
    record Page(List<Map<String, Object>> provisioners, String nextCursor) {}

    record Key(String key) {}

    /**
     * @param cursor of the previous page, or null
     * @param limit entries at most; null or zero: 20, never more than 100
     * @throws StepRefusal when one is no number
     */
    Page page(@Nullable String cursor, @Nullable String limit) {
        var all = all();
        int wanted = number("limit", limit);
        int size = wanted <= 0 ? USUAL_PAGE : Math.min(wanted, LARGEST_PAGE);
        int begin = Math.min(Math.max(0, number("cursor", cursor)), all.size());
        int end = Math.min(begin + size, all.size());
        return new Page(all.subList(begin, end), end < all.size() ? Integer.toString(end) : "");
    }

    /** The private key of a JWK provisioner, which its password opens. */
    Optional<Key> encryptedKey(String keyId) {
        return keys.stream()
                .filter(key -> key.keyId().equals(keyId))
                .findFirst()
                .map(key -> new Key(key.encryptedKey()));
    }

    private Map<String, Object> jwk(JwkProvisioner jwk) {
        boolean sites = jwk.name().equals(config.sites().provisioner());
        var entry = sites
                ? entry("JWK", jwk.name(), lifetimes.site(), lifetimes.maximum().site())
                : entry("JWK", jwk.name(), config.lifetime());
        entry.put("key", jwk.jwk());
        entry.put("encryptedKey", jwk.encryptedKey());
        return entry;
    }

    private Map<String, Object> acme(String name, AcmeConfig.Provisioner provisioner) {
        var most = longest(provisioner);
        var usual = provisioner.lifetime() == null ? lifetimes.server() : provisioner.lifetime();
        var entry = entry("ACME", name, usual.compareTo(most) > 0 ? most : usual, most);
        if (provisioner.challenges() != null) {
            entry.put("challenges", provisioner.challenges());
        }
        return entry;
    }

    private Duration longest(AcmeConfig.Provisioner provisioner) {
        var most = lifetimes.maximum().server();
        var own = provisioner.maximumLifetime();
        return own == null || own.compareTo(most) > 0 ? most : own;
    }

    private Map<String, Object> x5c(List<X509Certificate> roots) {
        var entry = entry("X5C", config.x5c(), config.lifetime());
        entry.put("roots", Base64.getEncoder().encodeToString(Pem.of(roots).getBytes(StandardCharsets.UTF_8)));
        return entry;
    }

    private Map<String, Object> entry(String type, String name, Duration lifetime) {
        return entry(type, name, lifetime, lifetimes.maximum().server());
    }

    private Map<String, Object> entry(String type, String name, Duration lifetime, Duration most) {
        var claims = new LinkedHashMap<String, Object>();
        claims.put("minTLSCertDuration", Moment.text(lifetimes.minimum().server()));
        claims.put("maxTLSCertDuration", Moment.text(most));
        claims.put("defaultTLSCertDuration", Moment.text(lifetime));
        claims.put("enableSSHCA", false);
        claims.put("disableRenewal", false);
        claims.put("allowRenewalAfterExpiry", config.renewalAfterExpiry().contains(name));
        var entry = new LinkedHashMap<String, Object>();
        entry.put("type", type);
        entry.put("name", name);
        entry.put("claims", claims);
        return entry;
    }

    private static int number(String parameter, @Nullable String text) {
        try {
            return text == null || text.isEmpty() ? 0 : Integer.parseInt(text);
        } catch (NumberFormatException none) {
            throw StepRefusal.badRequest(parameter + " is " + Printable.quoted(text) + "; expected a number");
        }
    }
}
