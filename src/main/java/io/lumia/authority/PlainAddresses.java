package io.lumia.authority;

import io.lumia.config.AuthorityConfig;
import io.lumia.x509.IssuerLocations;
import org.jspecify.annotations.Nullable;

/**
 * Where the CA is reached by plain HTTP, as its certificates tell it.
 *
 * @param base without trailing slash; null while the port is picked anew at every start, since certificates outlive it
 */
record PlainAddresses(@Nullable String base) {
    static PlainAddresses of(AuthorityConfig config) {
        var configured = config.httpUrl();
        if (configured != null) {
            return new PlainAddresses(configured.toString().replaceAll("/+$", ""));
        }
        return new PlainAddresses(
                config.httpPort() == 0
                        ? null
                        : "http://" + urlHost(config.names().get(0)) + ":" + config.httpPort());
    }

    /**
     * For what a root signs beside leaves. There is no responder for these: its certificate would need the root's key.
     *
     * @param root its name, as in {@link Ca#rootName}
     */
    IssuerLocations ofRoot(String root) {
        return base == null
                ? IssuerLocations.NONE
                : new IssuerLocations(base + "/ca/" + root + ".crt", base + "/crl/" + root + ".crl", null);
    }

    /** For leaves that this one signs. */
    IssuerLocations ofLeaves(Ca ca) {
        var issuer = ca.issuerName();
        return base == null
                ? IssuerLocations.NONE
                : new IssuerLocations(
                        base + "/ca/" + issuer + ".crt", base + "/crl/" + issuer + ".crl", base + "/ocsp");
    }

    /** A name or address as it stands in a URL. */
    static String urlHost(String name) {
        return name.indexOf(':') >= 0 ? "[" + name + "]" : name;
    }
}
