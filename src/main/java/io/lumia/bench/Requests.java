package io.lumia.bench;

import io.lumia.crypto.KeyPairs;
import io.lumia.x509.CertificateRequest;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Requests for certificates with a new key and a name that was never used before. */
final class Requests {
    private static final String DOMAIN = ".bench.example.test";

    private final AtomicLong next = new AtomicLong();

    /** @param pem PKCS#10 */
    record Request(String name, String pem) {
        /** DER, base64url, as ACME wants it (RFC 8555, 7.4). */
        String der() {
            var base64 = pem.lines().filter(line -> !line.startsWith("-----")).toList();
            var der = Base64.getDecoder().decode(String.join("", base64));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(der);
        }
    }

    String name() {
        return "n" + next.incrementAndGet() + DOMAIN;
    }

    Request request() {
        var name = name();
        return new Request(name, CertificateRequest.create(KeyPairs.p256(), name, List.of(name)));
    }
}
