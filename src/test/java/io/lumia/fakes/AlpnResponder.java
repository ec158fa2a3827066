package io.lumia.fakes;

import io.lumia.crypto.KeyPairs;
import io.lumia.x509.Pem;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** Answers tls-alpn-01 on loopback with whatever certificate the test wants. */
public final class AlpnResponder {
    private static final ASN1ObjectIdentifier ACME_IDENTIFIER = new ASN1ObjectIdentifier("1.3.6.1.5.5.7.1.31");

    public final List<String> serverNames = new CopyOnWriteArrayList<>();
    private final String protocol;
    private final NetServer server;

    /** Listens on a free port; its certificate is set before each answer. */
    public AlpnResponder(Vertx vertx, String protocol) {
        this.protocol = protocol;
        server = vertx.createNetServer(options(new Sheet().signed()))
                .connectHandler(this::note)
                .listen(0, "127.0.0.1")
                .await();
    }

    public int port() {
        return server.actualPort();
    }

    public void show(Sheet sheet) {
        var unused = server.updateSSLOptions(sslOptions(sheet.signed())).await();
    }

    private void note(NetSocket socket) {
        serverNames.add(String.valueOf(socket.indicatedServerName()));
    }

    private NetServerOptions options(Signed signed) {
        var options = new NetServerOptions().setSsl(true).setSni(true).setUseAlpn(true);
        options.setKeyCertOptions(identity(signed));
        options.getSslOptions().setApplicationLayerProtocols(List.of(protocol));
        return options;
    }

    private ServerSSLOptions sslOptions(Signed signed) {
        var options = new ServerSSLOptions();
        options.setSni(true);
        options.setUseAlpn(true);
        options.setApplicationLayerProtocols(List.of(protocol));
        options.setKeyCertOptions(identity(signed));
        return options;
    }

    private static PemKeyCertOptions identity(Signed signed) {
        return new PemKeyCertOptions()
                .addCertValue(Buffer.buffer(Pem.of(signed.certificate)))
                .addKeyValue(Buffer.buffer(Pem.of(signed.pair.getPrivate())));
    }

    private record Signed(X509Certificate certificate, KeyPair pair) {}

    /** What the certificate says; as it is, it proves nothing. */
    public static final class Sheet {
        private final List<GeneralName> names = new ArrayList<>();
        public @Nullable String keyAuthorization;
        public boolean critical = true;
        public boolean selfSigned = true;

        public Sheet dns(String name) {
            names.add(new GeneralName(GeneralName.dNSName, name));
            return this;
        }

        public Sheet address(String literal) {
            names.add(new GeneralName(GeneralName.iPAddress, literal));
            return this;
        }

        public Sheet proving(String authorization) {
            keyAuthorization = authorization;
            return this;
        }

        public Sheet critical(boolean is) {
            critical = is;
            return this;
        }

        public Sheet selfSigned(boolean is) {
            selfSigned = is;
            return this;
        }

        public X509Certificate certificate() {
            return signed().certificate;
        }

        private Signed signed() {
            try {
                var pair = KeyPairs.p256();
                var signer = selfSigned ? pair : KeyPairs.p256();
                var now = Instant.now();
                var subject = new X500Principal("CN=challenge");
                var builder = new JcaX509v3CertificateBuilder(
                        subject,
                        java.math.BigInteger.ONE,
                        Date.from(now.minusSeconds(60)),
                        Date.from(now.plusSeconds(3600)),
                        subject,
                        pair.getPublic());
                if (!names.isEmpty()) {
                    builder.addExtension(
                            Extension.subjectAlternativeName,
                            false,
                            new GeneralNames(names.toArray(GeneralName[]::new)));
                }
                if (keyAuthorization != null) {
                    var digest = MessageDigest.getInstance("SHA-256")
                            .digest(keyAuthorization.getBytes(StandardCharsets.US_ASCII));
                    builder.addExtension(ACME_IDENTIFIER, critical, new DEROctetString(digest));
                }
                var signature = new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate());
                return new Signed(new JcaX509CertificateConverter().getCertificate(builder.build(signature)), pair);
            } catch (Exception broken) {
                throw new IllegalStateException(broken);
            }
        }
    }
}
