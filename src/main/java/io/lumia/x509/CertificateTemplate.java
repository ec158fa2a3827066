package io.lumia.x509;

import java.io.IOException;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AccessDescription;
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
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.jspecify.annotations.Nullable;

/** What a certificate shall say, ready to be signed; every one keeps to the profile of RFC 5280, section 4. */
public final class CertificateTemplate {
    /** Upper bound of a common name (RFC 5280, appendix A.1). */
    private static final int LONGEST_COMMON_NAME = 64;

    private final X500Name subject;
    private final PublicKey key;
    private final SerialNumber serial;
    private final Validity validity;
    private final List<Entry> extensions;

    private record Entry(ASN1ObjectIdentifier name, boolean critical, ASN1Encodable value) {}

    private CertificateTemplate(
            X500Name subject, PublicKey key, SerialNumber serial, Validity validity, List<Entry> extensions) {
        this.subject = subject;
        this.key = key;
        this.serial = serial;
        this.validity = validity;
        this.extensions = List.copyOf(extensions);
    }

    /**
     * A root, signed by itself, for a CA with an intermediate.
     *
     * @param organization in the subject
     */
    public static X509Certificate root(String organization, Signer signer, SerialNumber serial, Validity validity) {
        return root(organization, signer, serial, validity, null);
    }

    /** A root that signs leaves itself and has no CA below it: pathLenConstraint 0 (RFC 5280, 4.2.1.9). */
    public static X509Certificate singleRoot(
            String organization, Signer signer, SerialNumber serial, Validity validity) {
        return root(organization, signer, serial, validity, 0);
    }

    /** A root that vouches for the nodes of one cluster alone. */
    public static X509Certificate nodeRoot(String organization, Signer signer, SerialNumber serial, Validity validity) {
        return root(authorityName(organization, "Node CA"), signer, serial, validity, 0);
    }

    private static X509Certificate root(
            String organization, Signer signer, SerialNumber serial, Validity validity, @Nullable Integer pathLength) {
        return root(authorityName(organization, "Root CA"), signer, serial, validity, pathLength);
    }

    /**
     * The root of a later generation: its name tells which, so that nobody takes it for another.
     *
     * @param generation from 2
     * @param single whether it signs leaves itself
     */
    public static X509Certificate laterRoot(
            String organization,
            int generation,
            boolean single,
            Signer signer,
            SerialNumber serial,
            Validity validity) {
        var subject = authorityName(organization, "Root CA " + generation);
        return root(subject, signer, serial, validity, single ? 0 : null);
    }

    private static X509Certificate root(
            X500Name subject, Signer signer, SerialNumber serial, Validity validity, @Nullable Integer pathLength) {
        return new CertificateTemplate(subject, signer.publicKey(), serial, validity, authorityExtensions(pathLength))
                .sign(subject, null, signer);
    }

    /**
     * A root's name and key once more, to be signed by another root: who trusts that one can verify what ends at the first (RFC 4158, 1.4).
     *
     * @param locations of the signing root and its CRL
     */
    public static CertificateTemplate cross(
            X509Certificate root, SerialNumber serial, Validity validity, IssuerLocations locations) {
        var extensions = authorityExtensions(null);
        addLocations(extensions, locations);
        var subject = X500Name.getInstance(root.getSubjectX500Principal().getEncoded());
        return new CertificateTemplate(subject, root.getPublicKey(), serial, validity, extensions);
    }

    /**
     * An intermediate that signs leaves only: pathLenConstraint 0 (RFC 5280, 4.2.1.9).
     *
     * @param locations of the root and its CRL
     */
    public static CertificateTemplate intermediate(
            String organization, PublicKey key, SerialNumber serial, Validity validity, IssuerLocations locations) {
        return intermediate(authorityName(organization, "Intermediate CA"), key, serial, validity, locations);
    }

    /** The same of a later generation, from 2. */
    public static CertificateTemplate laterIntermediate(
            String organization,
            int generation,
            PublicKey key,
            SerialNumber serial,
            Validity validity,
            IssuerLocations locations) {
        var subject = authorityName(organization, "Intermediate CA " + generation);
        return intermediate(subject, key, serial, validity, locations);
    }

    /** The same for a region, which its name tells: CAs under one root must differ in it. */
    public static CertificateTemplate regionalIntermediate(
            String organization,
            String region,
            PublicKey key,
            SerialNumber serial,
            Validity validity,
            IssuerLocations locations) {
        var subject = authorityName(organization, "Intermediate CA " + region);
        return intermediate(subject, key, serial, validity, locations);
    }

    private static CertificateTemplate intermediate(
            X500Name subject, PublicKey key, SerialNumber serial, Validity validity, IssuerLocations locations) {
        var extensions = authorityExtensions(0);
        addLocations(extensions, locations);
        return new CertificateTemplate(subject, key, serial, validity, extensions);
    }

    /**
     * An end entity.
     *
     * @param identity the common name; a name over 64 characters is left out and stands among the names alone
     * @param names subject alternative names, DNS names and IP literals
     * @param locations of the issuer's certificate, CRL and responder
     */
    public static CertificateTemplate leaf(
            Profile profile,
            String identity,
            List<String> names,
            PublicKey key,
            SerialNumber serial,
            Validity validity,
            IssuerLocations locations) {
        var named = identity.length() <= LONGEST_COMMON_NAME;
        var extensions = new ArrayList<Entry>();
        extensions.add(new Entry(Extension.basicConstraints, true, new BasicConstraints(false)));
        extensions.add(new Entry(Extension.keyUsage, true, new KeyUsage(leafUsage(profile, key))));
        extensions.add(new Entry(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose(profile))));
        if (!names.isEmpty()) {
            // Critical when the subject is empty (RFC 5280, 4.2.1.6).
            extensions.add(new Entry(Extension.subjectAlternativeName, !named, CertificateRequest.generalNames(names)));
        }
        addLocations(extensions, locations);
        var subject = named ? commonName(identity) : new X500NameBuilder(BCStyle.INSTANCE).build();
        return new CertificateTemplate(subject, key, serial, validity, extensions);
    }

    /**
     * Who answers OCSP requests for an issuer, without having its key (RFC 6960, 4.2.2.2). Nobody asks whether it was revoked itself, so it is to be
     * short-lived.
     *
     * @param organization in the subject
     */
    public static CertificateTemplate ocspSigner(
            String organization, PublicKey key, SerialNumber serial, Validity validity) {
        var extensions = List.of(
                new Entry(Extension.basicConstraints, true, new BasicConstraints(false)),
                new Entry(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature)),
                new Entry(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_OCSPSigning)),
                new Entry(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck, false, DERNull.INSTANCE));
        return new CertificateTemplate(
                authorityName(organization, "OCSP Responder"), key, serial, validity, extensions);
    }

    /** The same for a server that is a client of others as well: serverAuth and clientAuth (RFC 5280, 4.2.1.12). */
    public CertificateTemplate forClientsToo() {
        var both =
                new ExtendedKeyUsage(new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth});
        var changed = extensions.stream()
                .map(entry -> entry.name.equals(Extension.extendedKeyUsage)
                        ? new Entry(entry.name, entry.critical, both)
                        : entry)
                .toList();
        return new CertificateTemplate(subject, key, serial, validity, changed);
    }

    /** The same for a CA that may certify these names alone: a critical extension (RFC 5280, 4.2.1.10). */
    public CertificateTemplate constrainedTo(NameConstraints constraints) {
        if (constraints.isEmpty()) {
            return this;
        }
        var changed = new ArrayList<>(extensions);
        changed.add(new Entry(Extension.nameConstraints, true, constraints.toExtension()));
        return new CertificateTemplate(subject, key, serial, validity, changed);
    }

    /** The same leaf with the usages and the subject that an operator chose. */
    public CertificateTemplate inForm(LeafForm form) {
        var name = new X500NameBuilder(BCStyle.INSTANCE);
        form.subject().forEach(part -> name.addRDN(part.kind().type(), part.value()));
        if (form.commonName()) {
            for (RDN rdn : subject.getRDNs(BCStyle.CN)) {
                name.addRDN(rdn.getFirst());
            }
        }
        var formed = name.build();
        var changed = extensions.stream()
                .map(entry -> inForm(entry, form, formed.getRDNs().length == 0))
                .toList();
        return new CertificateTemplate(formed, key, serial, validity, changed);
    }

    private Entry inForm(Entry entry, LeafForm form, boolean nameless) {
        if (entry.name.equals(Extension.keyUsage)) {
            return new Entry(entry.name, true, new KeyUsage(form.usage(key)));
        }
        if (entry.name.equals(Extension.extendedKeyUsage)) {
            return new Entry(entry.name, false, new ExtendedKeyUsage(form.purposeIds()));
        }
        return entry.name.equals(Extension.subjectAlternativeName)
                ? new Entry(entry.name, nameless, entry.value)
                : entry;
    }

    /** The certificate. Its times are cut to whole seconds, as X.509 has no finer ones. */
    public X509Certificate signedBy(Issuer issuer) {
        return sign(issuer.name(), issuer.keyIdentifier(), issuer.signer());
    }

    /** The same in DER, for those who only pass it on: to take it apart again costs more than to sign it. */
    public byte[] encodedBy(Issuer issuer) {
        try {
            return build(issuer.name(), issuer.keyIdentifier(), issuer.signer()).getEncoded();
        } catch (IOException | NoSuchAlgorithmException broken) {
            throw cannotSign(broken);
        }
    }

    private X509Certificate sign(X500Name issuer, @Nullable AuthorityKeyIdentifier issuerKey, Signer signer) {
        try {
            return new JcaX509CertificateConverter().getCertificate(build(issuer, issuerKey, signer));
        } catch (IOException | CertificateException | NoSuchAlgorithmException broken) {
            throw cannotSign(broken);
        }
    }

    private X509CertificateHolder build(X500Name issuer, @Nullable AuthorityKeyIdentifier issuerKey, Signer signer)
            throws IOException, NoSuchAlgorithmException {
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                issuer, serial.value(), Date.from(validity.notBefore()), Date.from(validity.notAfter()), subject, key);
        for (Entry entry : extensions) {
            builder.addExtension(entry.name, entry.critical, entry.value);
        }
        builder.addExtension(
                Extension.subjectKeyIdentifier, false, new JcaX509ExtensionUtils().createSubjectKeyIdentifier(key));
        if (issuerKey != null) {
            builder.addExtension(Extension.authorityKeyIdentifier, false, issuerKey);
        }
        return builder.build(signer.content());
    }

    private static IllegalStateException cannotSign(Exception broken) {
        return new IllegalStateException("the certificate cannot be signed", broken);
    }

    private static List<Entry> authorityExtensions(@Nullable Integer pathLength) {
        var constraints = pathLength == null ? new BasicConstraints(true) : new BasicConstraints(pathLength);
        return new ArrayList<>(List.of(
                new Entry(Extension.basicConstraints, true, constraints),
                new Entry(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))));
    }

    private static void addLocations(List<Entry> extensions, IssuerLocations locations) {
        if (locations.crlUrl() != null) {
            var point = new DistributionPointName(new GeneralNames(address(locations.crlUrl())));
            extensions.add(new Entry(Extension.cRLDistributionPoints, false, new CRLDistPoint(new DistributionPoint[] {
                new DistributionPoint(point, null, null)
            })));
        }
        var access = new ArrayList<AccessDescription>();
        if (locations.ocspUrl() != null) {
            access.add(new AccessDescription(AccessDescription.id_ad_ocsp, address(locations.ocspUrl())));
        }
        if (locations.issuerUrl() != null) {
            access.add(new AccessDescription(AccessDescription.id_ad_caIssuers, address(locations.issuerUrl())));
        }
        if (!access.isEmpty()) {
            extensions.add(new Entry(
                    Extension.authorityInfoAccess,
                    false,
                    new AuthorityInformationAccess(access.toArray(AccessDescription[]::new))));
        }
    }

    private static GeneralName address(String url) {
        return new GeneralName(GeneralName.uniformResourceIdentifier, url);
    }

    private static int leafUsage(Profile profile, PublicKey key) {
        return profile == Profile.SERVER && key instanceof RSAPublicKey
                ? KeyUsage.digitalSignature | KeyUsage.keyEncipherment
                : KeyUsage.digitalSignature;
    }

    private static KeyPurposeId purpose(Profile profile) {
        return switch (profile) {
            case BOOTSTRAP, DEVICE, ADMIN, SITE -> KeyPurposeId.id_kp_clientAuth;
            case SERVER -> KeyPurposeId.id_kp_serverAuth;
        };
    }

    private static X500Name commonName(String name) {
        return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, name).build();
    }

    private static X500Name authorityName(String organization, String role) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.O, organization)
                .addRDN(BCStyle.CN, organization + " " + role)
                .build();
    }
}
