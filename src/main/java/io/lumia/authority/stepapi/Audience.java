package io.lumia.authority.stepapi;

import io.lumia.x509.Printable;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * For which use of which CA a token is made (RFC 7519, 4.1.3): {@code https://HOST/1.0/sign}, with or without the prefix. The port does not
 * count, since it differs behind a forwarder, as it does not for step-ca.
 *
 * @param hosts names and addresses of this CA, lower-case
 */
record Audience(Set<String> hosts) {
    private static final List<String> PREFIXES = List.of("", "/1.0");

    Audience {
        hosts = Set.copyOf(hosts);
    }

    /**
     * @param use {@code sign}, {@code renew} or {@code revoke}
     * @param fragment which the audience may carry
     * @throws StepRefusal when no audience of the token is this
     */
    void require(SignedToken token, String use, String fragment) {
        for (String audience : token.audiences()) {
            if (matches(audience, use, fragment)) {
                return;
            }
        }
        throw StepRefusal.unauthorized("the token is for " + Printable.quoted(String.join(", ", token.audiences()))
                + " (aud); expected https://HOST/1.0/" + use + " with a name of this CA as HOST");
    }

    private boolean matches(String audience, String use, String fragment) {
        try {
            var uri = URI.create(audience);
            var ours = "https".equalsIgnoreCase(uri.getScheme())
                    && uri.getHost() != null
                    && hosts.contains(plain(uri.getHost()))
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null;
            return ours
                    && PREFIXES.stream().anyMatch(prefix -> (prefix + "/" + use).equals(uri.getPath()))
                    && (uri.getFragment() == null || uri.getFragment().equals(fragment));
        } catch (IllegalArgumentException noUri) {
            return false;
        }
    }

    /** Lower-case, an IPv6 literal without its brackets. */
    static String plain(String host) {
        return host.toLowerCase(Locale.ROOT).replace("[", "").replace("]", "");
    }
}
