package io.lumia.web.gui;

import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;

/** What stands in a certificate, in words. */
record CertificateFacts(
        String subject, String issuer, String key, String signature, String fingerprint, List<Item> extensions) {
    private static final Map<Integer, String> USAGES = Map.of(
            KeyUsage.digitalSignature, "digital signature",
            KeyUsage.nonRepudiation, "non-repudiation",
            KeyUsage.keyEncipherment, "key encipherment",
            KeyUsage.dataEncipherment, "data encipherment",
            KeyUsage.keyAgreement, "key agreement",
            KeyUsage.keyCertSign, "certificate signing",
            KeyUsage.cRLSign, "CRL signing");
    private static final Map<KeyPurposeId, String> PURPOSES = Map.of(
            KeyPurposeId.id_kp_clientAuth, "client authentication",
            KeyPurposeId.id_kp_serverAuth, "server authentication",
            KeyPurposeId.id_kp_OCSPSigning, "OCSP signing");

    /** An extension. */
    record Item(String name, boolean critical, List<String> values) {}

    /** @param pem one certificate */
    static CertificateFacts of(String pem) throws Exception {
        X509Certificate certificate = Pem.certificates(pem).get(0);
        var holder = new JcaX509CertificateHolder(certificate);
        return new CertificateFacts(
                name(holder.getSubject()),
                name(holder.getIssuer()),
                key(certificate),
                certificate.getSigAlgName(),
                Text.pairs(Fingerprint.of(certificate).hex()),
                extensions(holder));
    }

    private static String name(X500Name name) {
        return name.getRDNs().length == 0 ? "(empty)" : name.toString();
    }

    private static String key(X509Certificate certificate) {
        var key = certificate.getPublicKey();
        if (key instanceof ECPublicKey ec) {
            return "EC P-" + ec.getParams().getOrder().bitLength();
        }
        return key instanceof RSAPublicKey rsa ? "RSA " + rsa.getModulus().bitLength() : key.getAlgorithm();
    }

    private static List<Item> extensions(X509CertificateHolder holder) {
        var items = new ArrayList<Item>();
        if (holder.getExtensions() != null) {
            for (ASN1ObjectIdentifier id : holder.getExtensions().getExtensionOIDs()) {
                items.add(item(holder.getExtension(id)));
            }
        }
        return items;
    }

    private static Item item(Extension extension) {
        var id = extension.getExtnId();
        var value = extension.getParsedValue();
        boolean critical = extension.isCritical();
        if (id.equals(Extension.keyUsage)) {
            return new Item("Key usage", critical, usages(KeyUsage.getInstance(value)));
        }
        if (id.equals(Extension.extendedKeyUsage)) {
            return new Item("Extended key usage", critical, purposes(ExtendedKeyUsage.getInstance(value)));
        }
        if (id.equals(Extension.subjectAlternativeName)) {
            return new Item("Subject alternative names", critical, names(GeneralNames.getInstance(value)));
        }
        if (id.equals(Extension.basicConstraints)) {
            return new Item(
                    "Basic constraints",
                    critical,
                    List.of(BasicConstraints.getInstance(value).isCA() ? "a CA" : "no CA"));
        }
        if (id.equals(Extension.authorityKeyIdentifier)) {
            return new Item(
                    "Authority key",
                    critical,
                    List.of(hex(AuthorityKeyIdentifier.getInstance(value).getKeyIdentifierOctets())));
        }
        if (id.equals(Extension.subjectKeyIdentifier)) {
            return new Item(
                    "Subject key",
                    critical,
                    List.of(hex(SubjectKeyIdentifier.getInstance(value).getKeyIdentifier())));
        }
        if (id.equals(Extension.cRLDistributionPoints)) {
            return new Item("CRL", critical, points(CRLDistPoint.getInstance(value)));
        }
        if (id.equals(Extension.authorityInfoAccess)) {
            return new Item("Issuer's services", critical, services(AuthorityInformationAccess.getInstance(value)));
        }
        return new Item(
                id.getId(), critical, List.of(hex(extension.getExtnValue().getOctets())));
    }

    private static List<String> usages(KeyUsage usage) {
        return USAGES.entrySet().stream()
                .filter(entry -> usage.hasUsages(entry.getKey()))
                .map(Map.Entry::getValue)
                .sorted()
                .toList();
    }

    private static List<String> purposes(ExtendedKeyUsage usage) {
        return Arrays.stream(usage.getUsages())
                .map(purpose -> PURPOSES.getOrDefault(purpose, purpose.getId()))
                .toList();
    }

    private static List<String> names(GeneralNames names) {
        return Arrays.stream(names.getNames()).map(CertificateFacts::name).toList();
    }

    private static String name(GeneralName name) {
        if (name.getTagNo() == GeneralName.iPAddress) {
            return "IP "
                    + address(org.bouncycastle.asn1.ASN1OctetString.getInstance(name.getName())
                            .getOctets());
        }
        return String.valueOf(name.getName());
    }

    private static String address(byte[] octets) {
        try {
            return java.net.InetAddress.getByAddress(octets).getHostAddress();
        } catch (java.net.UnknownHostException noAddress) {
            return hex(octets);
        }
    }

    private static List<String> points(CRLDistPoint points) {
        var addresses = new ArrayList<String>();
        for (DistributionPoint point : points.getDistributionPoints()) {
            var name = point.getDistributionPoint();
            if (name != null && name.getType() == DistributionPointName.FULL_NAME) {
                addresses.addAll(names(GeneralNames.getInstance(name.getName())));
            }
        }
        return addresses;
    }

    private static List<String> services(AuthorityInformationAccess access) {
        return Arrays.stream(access.getAccessDescriptions())
                .map(one -> (one.getAccessMethod().equals(org.bouncycastle.asn1.x509.AccessDescription.id_ad_ocsp)
                                ? "OCSP "
                                : "certificate ")
                        + name(one.getAccessLocation()))
                .toList();
    }

    private static String hex(byte[] octets) {
        return HexFormat.ofDelimiter(":").formatHex(octets).toUpperCase(Locale.ROOT);
    }
}
