package io.lumia.authority.revocation;

import io.lumia.x509.Crl;
import io.vertx.core.buffer.Buffer;
import java.math.BigInteger;
import java.time.Instant;

/** A CRL as it is served: its bytes are shared by all answers. */
record PublishedCrl(Buffer der, BigInteger number, Instant thisUpdate, Instant nextUpdate, int entries) {
    static PublishedCrl of(Crl crl, int entries) {
        return new PublishedCrl(Buffer.buffer(crl.der()), crl.number(), crl.thisUpdate(), crl.nextUpdate(), entries);
    }

    /** Of HTTP: no two CRLs of an issuer have the same number. */
    String etag() {
        return "\"" + number.toString(16) + "\"";
    }
}
