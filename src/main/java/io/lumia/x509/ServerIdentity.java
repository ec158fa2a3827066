package io.lumia.x509;

import io.lumia.access.AddressRange;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;

/** Whether a server's certificate is for the host that a client wanted (RFC 9525, 6.3). The common name does not count. */
public final class ServerIdentity {
    private static final int DNS_NAME = 2;
    private static final int ADDRESS = 7;

    private ServerIdentity() {}

    /** @param host DNS name, or IP literal without brackets */
    public static boolean covers(X509Certificate certificate, String host) {
        boolean literal = CertificateRequest.isAddress(host);
        try {
            var names = certificate.getSubjectAlternativeNames();
            for (List<?> name : names == null ? List.<List<?>>of() : names) {
                var value = String.valueOf(name.get(1));
                boolean same = literal
                        ? Integer.valueOf(ADDRESS).equals(name.get(0)) && sameAddress(value, host)
                        : Integer.valueOf(DNS_NAME).equals(name.get(0)) && sameName(value, host);
                if (same) {
                    return true;
                }
            }
            return false;
        } catch (CertificateParsingException | IllegalArgumentException malformed) {
            return false;
        }
    }

    private static boolean sameAddress(String carried, String wanted) {
        return AddressRange.address(carried).equals(AddressRange.address(wanted));
    }

    /** A wildcard is a whole label, the first, and stands for one. */
    private static boolean sameName(String carried, String wanted) {
        var pattern = carried.toLowerCase(Locale.ROOT);
        var name = wanted.toLowerCase(Locale.ROOT);
        int dot = name.indexOf('.');
        return pattern.startsWith("*.")
                ? dot > 0 && pattern.indexOf('*', 1) < 0 && pattern.substring(1).equals(name.substring(dot))
                : pattern.equals(name);
    }
}
