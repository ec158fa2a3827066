package io.lumia.bench.mqtt;

import io.lumia.x509.SerialNumber;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Who a client is.
 *
 * @param name common name, and client id
 * @param chain leaf first, without the root
 */
public record Credential(String name, PrivateKey key, List<X509Certificate> chain) {
    /** Of the leaf. */
    public SerialNumber serial() {
        return SerialNumber.of(chain.get(0));
    }

    /** Different for each certificate; holds no dot, so that it is not sent as a server name. */
    String alias() {
        return "c" + serial();
    }
}
