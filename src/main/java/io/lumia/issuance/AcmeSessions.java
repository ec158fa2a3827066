package io.lumia.issuance;

import io.lumia.tls.FleetTrust;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.connector.NetworkSettings;
import org.shredzone.acme4j.provider.GenericAcmeProvider;

/**
 * ACME sessions that trust given roots. All with the same roots share one HTTP client, since each client has a selector thread of its own and
 * cannot be closed in Java 17. A session has one nonce at a time: whoever orders side by side takes one for each.
 */
public final class AcmeSessions {
    private final Duration patience;
    private final Map<Object, HttpClient> clients = new ConcurrentHashMap<>();

    /** @param patience for one exchange */
    public AcmeSessions(Duration patience) {
        this.patience = patience;
    }

    /** @param trust null: what the platform trusts */
    public Session open(URI directory, @Nullable FleetTrust trust) {
        var session = new Session(directory, new Provider(client(trust)));
        session.networkSettings().setTimeout(patience);
        return session;
    }

    private HttpClient client(@Nullable FleetTrust trust) {
        return clients.computeIfAbsent(trust == null ? List.of() : trust.roots(), roots -> {
            var client = HttpClient.newBuilder()
                    .connectTimeout(patience)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .version(HttpClient.Version.HTTP_1_1);
            return (trust == null ? client : client.sslContext(trust.clientContext())).build();
        });
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
