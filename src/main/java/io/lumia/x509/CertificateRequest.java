package io.lumia.x509;

import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.bouncycastle.util.io.pem.PemReader;
import org.jspecify.annotations.Nullable;

/**
 * A PKCS#10 request (RFC 2986) whose own signature holds and whose key is strong enough.
 *
 * @param publicKey what shall be certified
 * @param commonName of the subject; null when it has none
 * @param dnsNames subject alternative names of type dNSName, lower-case
 * @param addresses subject alternative names of type iPAddress, as literals
 */
public record CertificateRequest(
        PublicKey publicKey, @Nullable String commonName, List<String> dnsNames, List<String> addresses) {
    private static final Pattern DOTTED_QUAD = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    private static final int LONGEST = 16 * 1024;
    private static final int MOST_NAMES = 100;

    /** Accepts PEM with the label CERTIFICATE REQUEST or NEW CERTIFICATE REQUEST. @throws UnfitRequest saying why */
    public static CertificateRequest parse(String pem) throws UnfitRequest {
        if (pem.length() > LONGEST) {
            throw new UnfitRequest("the CSR is longer than " + LONGEST + " bytes");
        }
        try (var reader = new PemReader(new StringReader(pem))) {
            var object = reader.readPemObject();
            if (object == null || !object.getType().endsWith("CERTIFICATE REQUEST")) {
                throw new UnfitRequest("the CSR is not PEM: expected -----BEGIN CERTIFICATE REQUEST-----");
            }
            return parse(object.getContent());
        } catch (IOException | RuntimeException malformed) {
            throw new UnfitRequest("the CSR is not PEM: expected -----BEGIN CERTIFICATE REQUEST-----");
        }
    }

    /** @throws UnfitRequest saying why */
    public static CertificateRequest parse(byte[] der) throws UnfitRequest {
        if (der.length > LONGEST) {
            throw new UnfitRequest("the CSR is longer than " + LONGEST + " bytes");
        }
        try {
            var request = new PKCS10CertificationRequest(der);
            var key = Keys.publicKey(request.getSubjectPublicKeyInfo().getEncoded());
            var weakness = Keys.unfit(key);
            if (weakness.isPresent()) {
                throw new UnfitRequest(weakness.get());
            }
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new UnfitRequest("the CSR's signature does not match its key");
            }
            return named(request, key);
        } catch (IOException
                | GeneralSecurityException
                | OperatorCreationException
                | PKCSException
                | RuntimeException malformed) {
            throw new UnfitRequest("the CSR is malformed: not a PKCS#10 request with a readable key and signature");
        }
    }

    /**
     * A new request for the names, signed with the pair; DNS names and IP literals.
     *
     * @param commonName null: the subject stays empty
     */
    public static String create(KeyPair pair, @Nullable String commonName, List<String> names) {
        try {
            var subject = new X500NameBuilder(BCStyle.INSTANCE);
            if (commonName != null) {
                subject.addRDN(BCStyle.CN, commonName);
            }
            var builder = new JcaPKCS10CertificationRequestBuilder(subject.build(), pair.getPublic());
            if (!names.isEmpty()) {
                var extensions = new ExtensionsGenerator();
                extensions.addExtension(Extension.subjectAlternativeName, false, generalNames(names));
                builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
            }
            var signer = new JcaContentSignerBuilder(Keys.signatureAlgorithm(pair.getPublic()));
            return Pem.text(
                    "CERTIFICATE REQUEST",
                    builder.build(signer.build(pair.getPrivate())).getEncoded());
        } catch (IOException | OperatorCreationException broken) {
            throw new IllegalStateException("cannot sign a request with this key", broken);
        }
    }

    /** The names as a SubjectAltName value: IP literals as iPAddress, everything else as dNSName (RFC 5280, 4.2.1.6). */
    static GeneralNames generalNames(List<String> names) {
        return new GeneralNames(names.stream()
                .map(name -> new GeneralName(isAddress(name) ? GeneralName.iPAddress : GeneralName.dNSName, name))
                .toArray(GeneralName[]::new));
    }

    /** Whether the name is an IPv4 or IPv6 literal. */
    public static boolean isAddress(String name) {
        return name.indexOf(':') >= 0 || DOTTED_QUAD.matcher(name).matches();
    }

    /** One spelling for every name that means the same: an address has many ({@code ::1}), a DNS name two cases. */
    public static String canonical(String name) {
        var lower = name.toLowerCase(Locale.ROOT);
        if (!isAddress(lower)) {
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

    /** DNS names, then addresses. */
    public List<String> names() {
        var all = new ArrayList<>(dnsNames);
        all.addAll(addresses);
        return List.copyOf(all);
    }

    private static CertificateRequest named(PKCS10CertificationRequest request, PublicKey key)
            throws IOException, UnfitRequest {
        var dnsNames = new ArrayList<String>();
        var addresses = new ArrayList<String>();
        var extensions = request.getRequestedExtensions();
        var alternative =
                extensions == null ? null : GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
        if (alternative != null) {
            for (GeneralName name : alternative.getNames()) {
                switch (name.getTagNo()) {
                    case GeneralName.dNSName ->
                        dnsNames.add(name.getName().toString().toLowerCase(Locale.ROOT));
                    case GeneralName.iPAddress ->
                        addresses.add(InetAddress.getByAddress(ASN1OctetString.getInstance(name.getName())
                                        .getOctets())
                                .getHostAddress());
                    default ->
                        throw new UnfitRequest(
                                "the CSR asks for a subject alternative name that is neither DNS name nor IP address");
                }
            }
        }
        if (dnsNames.size() + addresses.size() > MOST_NAMES) {
            throw new UnfitRequest("the CSR asks for more than " + MOST_NAMES + " names");
        }
        return new CertificateRequest(
                key, commonName(request.getSubject()), List.copyOf(dnsNames), List.copyOf(addresses));
    }

    private static @Nullable String commonName(X500Name subject) {
        var names = subject.getRDNs(BCStyle.CN);
        return names.length == 0
                ? null
                : IETFUtils.valueToString(names[0].getFirst().getValue());
    }
}
