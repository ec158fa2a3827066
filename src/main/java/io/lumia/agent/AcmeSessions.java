package io.lumia.agent;

import io.lumia.tls.FleetTrust;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.connector.NetworkSettings;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.provider.GenericAcmeProvider;

/**
 * ACME sessions that trust the fleet's root. All identities with the same roots share one HTTP client, since each client has a selector thread
 * of its own and cannot be closed in Java 17.
 */
final class AcmeSessions {
    private final Duration patience;
    private final Map<Object, HttpClient> clients = new ConcurrentHashMap<>();

    AcmeSessions(Duration patience) {
        this.patience = patience;
    }

    /** Opens a session, and the account of the identity key or finds the one that exists (RFC 8555, 7.3.1). Blocks. */
    Login login(CertificateOrder.Request request) throws AcmeException {
        var session = new Session(request.directory(), new Provider(client(request.trust())));
        session.networkSettings().setTimeout(patience);
        return new AccountBuilder()
                .agreeToTermsOfService()
                .useKeyPair(request.identityKey())
                .createLogin(session);
    }

    private HttpClient client(FleetTrust trust) {
        return clients.computeIfAbsent(
                trust.roots(),
                roots -> HttpClient.newBuilder()
                        .sslContext(trust.clientContext())
                        .connectTimeout(patience)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .version(HttpClient.Version.HTTP_1_1)
                        .build());
    }

    private static final class Provider extends GenericAcmeProvider {
        private final HttpClient client;

        Provider(HttpClient client) {
            this.client = client;
        }

        @Override
        public HttpClient createHttpClient(NetworkSettings settings) {
            return client;
        }
    }
}
