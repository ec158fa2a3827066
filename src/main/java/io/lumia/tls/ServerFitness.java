package io.lumia.tls;

import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Validity;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.GeneralName;

/** Whether a listener may serve a certificate: chain, time and names. That key and leaf belong together holds for every {@link TlsMaterial}. */
public final class ServerFitness {
    private ServerFitness() {}

    /** @throws CertificateException that says what does not hold */
    public static void check(TlsMaterial material, List<String> names, FleetTrust trust, Instant now)
            throws CertificateException {
        var leaf = material.leaf();
        if (!Validity.of(leaf).contains(now)) {
            throw new CertificateException("the certificate is not valid now: " + Validity.of(leaf));
        }
        trust.checkServerTrusted(material.chain().toArray(X509Certificate[]::new), "ECDHE_ECDSA");
        var carried = new HashSet<String>();
        for (List<?> name :
                Optional.ofNullable(leaf.getSubjectAlternativeNames()).orElse(List.of())) {
            carried.add(normal(String.valueOf(name.get(1))));
        }
        var missing = new ArrayList<>(names);
        missing.removeIf(name -> carried.contains(normal(name)));
        if (!missing.isEmpty()) {
            throw new CertificateException("the certificate does not carry " + missing);
        }
    }

    /** An address has many spellings ({@code ::1}), a DNS name two cases. */
    private static String normal(String name) {
        var lower = name.toLowerCase(Locale.ROOT);
        if (!CertificateRequest.isAddress(lower)) {
            return lower;
        }
        try {
            var octets = new GeneralName(GeneralName.iPAddress, lower).getName();
            return InetAddress.getByAddress(ASN1OctetString.getInstance(octets).getOctets())
                    .getHostAddress();
        } catch (IllegalArgumentException | UnknownHostException noAddress) {
            return lower;
        }
    }
}
