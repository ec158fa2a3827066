package io.lumia.issuance;

import io.lumia.access.AddressRange;
import io.lumia.crypto.KeyPairs;
import io.lumia.issuance.ChallengeSolver.Proof;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.CertificateRequest;
import java.math.BigInteger;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.ReverseMap;

/** Presents the certificate that answers tls-alpn-01 for the server name that is asked for, and none for others (RFC 8737, 3). */
final class AlpnKeys extends X509ExtendedKeyManager {
    private static final ASN1ObjectIdentifier ACME_IDENTIFIER = new ASN1ObjectIdentifier("1.3.6.1.5.5.7.1.31");
    private static final Duration LIFETIME = Duration.ofHours(1);

    private final Map<String, TlsMaterial> answers = new ConcurrentHashMap<>();

    void put(Proof proof, Instant now) {
        answers.put(serverName(proof.name()), answer(proof, now));
    }

    void remove(Proof proof) {
        answers.remove(serverName(proof.name()));
    }

    boolean isEmpty() {
        return answers.isEmpty();
    }

    /** An address cannot be a server name, so its reverse mapping is (RFC 8738, 6). */
    private static String serverName(String name) {
        return CertificateRequest.isAddress(name)
                ? ReverseMap.fromAddress(AddressRange.address(name)).toString(true)
                : name.toLowerCase(Locale.ROOT);
    }

    /** With a P-256 key of its own, whatever the account's is: acme4j's takes every key for RSA. */
    static TlsMaterial answer(Proof proof, Instant now) {
        try {
            var pair = KeyPairs.p256();
            var subject = new X500Name("CN=ACME challenge");
            var kind = CertificateRequest.isAddress(proof.name()) ? GeneralName.iPAddress : GeneralName.dNSName;
            var digest = MessageDigest.getInstance("SHA-256")
                    .digest(proof.keyAuthorization().getBytes(StandardCharsets.US_ASCII));
            var builder = new JcaX509v3CertificateBuilder(
                            subject,
                            BigInteger.ONE,
                            Date.from(now.minus(LIFETIME)),
                            Date.from(now.plus(LIFETIME)),
                            subject,
                            pair.getPublic())
                    .addExtension(
                            Extension.subjectAlternativeName,
                            false,
                            new GeneralNames(new GeneralName(kind, proof.name())))
                    .addExtension(ACME_IDENTIFIER, true, new DEROctetString(digest));
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate());
            return new TlsMaterial(
                    pair.getPrivate(),
                    List.of(new JcaX509CertificateConverter().getCertificate(builder.build(signer))));
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException broken) {
            throw new IllegalStateException("cannot make the certificate that answers a challenge", broken);
        }
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        if (engine == null || !(engine.getHandshakeSession() instanceof ExtendedSSLSession session)) {
            return null;
        }
        for (SNIServerName asked : session.getRequestedServerNames()) {
            if (asked instanceof SNIHostName host
                    && answers.containsKey(host.getAsciiName().toLowerCase(Locale.ROOT))) {
                return host.getAsciiName().toLowerCase(Locale.ROOT);
            }
        }
        return null;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        var answer = answers.get(alias);
        return answer == null ? null : answer.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        var answer = answers.get(alias);
        return answer == null ? null : answer.key();
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return answers.keySet().toArray(String[]::new);
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }
}
