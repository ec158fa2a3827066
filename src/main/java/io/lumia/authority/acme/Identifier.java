package io.lumia.authority.acme;

import io.lumia.access.AddressRange;
import io.lumia.x509.CertificateRequest;
import io.netty.util.NetUtil;
import org.jspecify.annotations.Nullable;

/**
 * What an order asks for, as requests and answers show it (RFC 8555, 7.1.3; RFC 8738, 3). Kept is the value alone, which tells the type.
 *
 * @param type {@code dns}, {@code ip}, or whatever the client wrote
 */
record Identifier(@Nullable String type, @Nullable String value) {
    static final String DNS = "dns";
    static final String IP = "ip";

    private static final String WILDCARD = "*.";

    /** As answers show a value that was accepted. */
    static Identifier shown(String value) {
        return new Identifier(CertificateRequest.isAddress(value) ? IP : DNS, value);
    }

    static boolean isWildcard(String value) {
        return value.startsWith(WILDCARD);
    }

    /** The name that has to be proven: a wildcard's is the domain below it. */
    static String proven(String value) {
        return isWildcard(value) ? value.substring(WILDCARD.length()) : value;
    }

    /** Addresses in the one form that RFC 8738, 3 wants (RFC 5952); anything else as it is. */
    static String canonical(String value) {
        if (!CertificateRequest.isAddress(value)) {
            return value;
        }
        try {
            return NetUtil.toAddressString(AddressRange.address(value));
        } catch (IllegalArgumentException noAddress) {
            return value;
        }
    }
}
