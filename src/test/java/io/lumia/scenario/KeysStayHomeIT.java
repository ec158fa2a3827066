package io.lumia.scenario;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.FreePort;
import io.lumia.tls.FleetTrust;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Pem;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Reads everything that devices say to the provisioning service and, inside of TLS, to the ACME server: no private key is in it, in no
 * spelling. That the public keys are found in the same way shows that the search sees what is there.
 */
class KeysStayHomeIT {
    private static final int DEVICES = 10;
    private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/_-]{40,}");
    private static final int NESTING = 3;

    @TempDir
    Path directory;

    @Test
    void no_request_holds_a_private_key() throws Exception {
        var data = directory.resolve("data");
        int authorityPort = FreePort.anywhere();
        int provisioningPort = FreePort.anywhere();
        int acmeProxyPort = FreePort.anywhere();
        var loopback = InetAddress.getByName("127.0.0.1");
        try (var plain = new RecordingProxy(
                        new ServerSocket(0, 100, loopback),
                        client -> new Socket(loopback, provisioningPort, client, 0));
                var lumia = LumiaProcess.fleet(7, data)
                        .with("swarm.devices", DEVICES)
                        .with("authority.port", authorityPort)
                        .with("provisioning.port", provisioningPort)
                        .with("authority.public-url", "https://localhost:" + acmeProxyPort)
                        .with("agent.provisioning-url", "http://127.0.0.1:" + plain.port())
                        .start()) {
            lumia.awaitReady();
            try (var acme = acmeProxy(lumia, acmeProxyPort, authorityPort)) {
                lumia.awaitConnections(DEVICES + 1);
                var toProvisioning = readings(plain.requests());
                var toAcme = readings(acme.requests());
                var identities = identityKeys(data, "identity-key.pem");
                var certified = identityKeys(data, "current/key.pem");
                assertThat(identities).hasSize(DEVICES + 1);
                assertThat(certified).hasSize(DEVICES + 1);
                identities.forEach((name, pair) -> {
                    assertThat(isIn(toProvisioning, publicPoint(pair)))
                            .as("public key of %s", name)
                            .isTrue();
                    assertThat(isIn(toAcme, publicPoint(pair)))
                            .as("account key of %s", name)
                            .isTrue();
                });
                certified.forEach((name, pair) -> assertThat(isIn(toAcme, publicPoint(pair)))
                        .as("public key in the order of %s", name)
                        .isTrue());
                for (var keys : List.of(identities, certified)) {
                    keys.forEach((name, pair) -> {
                        for (var readings : List.of(toProvisioning, toAcme)) {
                            assertThat(isIn(readings, secret(pair)))
                                    .as("private key of %s", name)
                                    .isFalse();
                        }
                    });
                }
                assertThat(toProvisioning).noneMatch(text -> text.contains("PRIVATE KEY"));
                assertThat(toAcme).noneMatch(text -> text.contains("PRIVATE KEY"));
            }
        }
    }

    /** A listener with a certificate of the same CA, so that the devices speak to it as to the CA itself. */
    private static RecordingProxy acmeProxy(LumiaProcess lumia, int port, int authorityPort) throws Exception {
        var pair = KeyPairs.p256();
        var names = List.of("localhost", "127.0.0.1");
        var asked =
                Map.of("csr", CertificateRequest.create(pair, "localhost", names), "profile", "server", "sans", names);
        var issued = lumia.apiPost("/certificates", new ObjectMapper().writeValueAsString(asked));
        var chain = new ArrayList<X509Certificate>();
        chain.addAll(Pem.certificates(issued.path("certificate").asText()));
        chain.addAll(Pem.certificates(issued.path("chain").asText()));
        var password = new char[0];
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, password);
        store.setKeyEntry("proxy", pair.getPrivate(), password, chain.toArray(X509Certificate[]::new));
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        var server = SSLContext.getInstance("TLS");
        server.init(keys.getKeyManagers(), null, null);
        var client = new FleetTrust(Pem.certificates(issued.path("root").asText())).clientContext();
        var loopback = InetAddress.getByName("127.0.0.1");
        return new RecordingProxy(
                server.getServerSocketFactory().createServerSocket(port, 100, loopback),
                device -> client.getSocketFactory().createSocket(loopback, authorityPort));
    }

    private static Map<String, KeyPair> identityKeys(Path data, String file) throws Exception {
        var keys = new TreeMap<String, KeyPair>();
        try (var identities = Files.list(data.resolve("identities"))) {
            for (Path identity : identities.toList()) {
                var name = identity.getFileName().toString();
                // the listeners' keys never leave the process at all, they have no order by network
                if (!Set.of("authority", "broker", "gui").contains(name)) {
                    keys.put(name, KeyPairs.p256(Pem.privateKey(Files.readString(identity.resolve(file)))));
                }
            }
        }
        return keys;
    }

    private static byte[] secret(KeyPair pair) {
        return bytes(((ECPrivateKey) pair.getPrivate()).getS());
    }

    private static byte[] publicPoint(KeyPair pair) {
        return bytes(((ECPublicKey) pair.getPublic()).getW().getAffineX());
    }

    private static byte[] bytes(BigInteger number) {
        return HexFormat.of().parseHex(String.format("%064x", number));
    }

    /** The number itself, which is in every DER form of its key, or its hexadecimal spelling. */
    private static boolean isIn(Set<String> readings, byte[] number) {
        var raw = new String(number, ISO_8859_1);
        var hex = HexFormat.of().formatHex(number);
        return readings.stream()
                .anyMatch(text ->
                        text.contains(raw) || text.contains(hex) || text.contains(hex.toUpperCase(Locale.ROOT)));
    }

    /** The texts, and whatever is in them in Base64 or Base64url, with or without line breaks, several times over. */
    private static Set<String> readings(List<String> texts) {
        var all = new HashSet<String>();
        var fresh = Set.copyOf(texts);
        for (int depth = 0; depth <= NESTING; depth++) {
            all.addAll(fresh);
            var next = new HashSet<String>();
            for (var text : fresh) {
                decode(text, next);
                decode(text.replaceAll("\\\\r|\\\\n|\r|\n", "").replace("-----", " "), next);
            }
            fresh = next;
        }
        return all;
    }

    private static void decode(String text, Set<String> into) {
        var run = BASE64.matcher(text);
        while (run.find()) {
            var digits = run.group().replace('-', '+').replace('_', '/');
            var whole = digits.substring(0, digits.length() - (digits.length() % 4 == 1 ? 1 : 0));
            into.add(new String(Base64.getDecoder().decode(whole), ISO_8859_1));
        }
    }
}
