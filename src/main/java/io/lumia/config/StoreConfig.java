package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where what must survive is kept, and how it stays bounded; the {@code store} block.
 *
 * @param url of a PostgreSQL database, {@code postgresql://host:port/database?sslmode=…}; null: SQLite in the data directory
 * @param user of the database
 * @param passwordFile of that user
 * @param password the same; from the environment or a file only
 * @param connections that this process opens to PostgreSQL, for reading and writing together
 * @param caFile certificates that the server's must lead to; null: by the rules of {@code sslmode}
 * @param purgeInterval between two purges; the first one comes right after the start
 */
public record StoreConfig(
        @Nullable String url,
        String user,
        @JsonProperty("password-file") @Nullable Path passwordFile,
        @Nullable String password,
        int connections,
        @JsonProperty("ca-file") @Nullable Path caFile,
        Retention retention,
        @JsonProperty("purge-interval") Duration purgeInterval) {
    private static final int FEWEST_CONNECTIONS = 2;
    private static final int MOST_CONNECTIONS = 100;

    public StoreConfig {
        url = url == null || url.isBlank() ? null : url.strip();
        if (url != null) {
            var unused = place(url);
        }
        Check.that(!user.isBlank(), "user must not be empty");
        Check.that(
                connections >= FEWEST_CONNECTIONS && connections <= MOST_CONNECTIONS,
                "connections must be from " + FEWEST_CONNECTIONS + " to " + MOST_CONNECTIONS + ", is " + connections);
        Check.patience("purge-interval", purgeInterval);
    }

    /** SQLite in the data directory. */
    public static StoreConfig embedded(Retention retention, Duration purgeInterval) {
        return new StoreConfig(null, "lumia", null, null, FEWEST_CONNECTIONS, null, retention, purgeInterval);
    }

    /** Whether other processes may write to it too. */
    public boolean shared() {
        return url != null;
    }

    /** Takes apart what {@link #url} says. @throws IllegalArgumentException naming what is wrong with it */
    public static URI place(String url) {
        var expected = "url must be postgresql://HOST:PORT/DATABASE, is '" + url + "'";
        try {
            var place = new URI(url);
            var path = place.getPath();
            Check.that("postgresql".equals(place.getScheme()) && place.getHost() != null, expected);
            Check.that(path != null && path.length() > 1 && path.indexOf('/', 1) < 0, expected);
            Check.that(
                    place.getUserInfo() == null && !("" + place.getQuery()).matches("(?i)(^|.*&)(user|password)=.*"),
                    "url must hold neither user nor password: give store.user and store.password-file");
            return place;
        } catch (URISyntaxException unfit) {
            throw new IllegalArgumentException(expected, unfit);
        }
    }

    /** Never shows the password. */
    @Override
    public String toString() {
        return "StoreConfig[url=" + url + ", user=" + user + ", passwordFile=" + passwordFile + ", connections="
                + connections + ", caFile=" + caFile + ", retention=" + retention + ", purgeInterval=" + purgeInterval
                + "]";
    }

    /**
     * How long what is over is kept.
     *
     * @param certificates after their expiry
     * @param orders unfinished ones after their expiry, others after the expiry of their certificate
     * @param accounts after their deactivation
     * @param externalKeys those that nobody used, after they were made
     */
    public record Retention(
            Duration certificates,
            Duration orders,
            Duration accounts,
            @JsonProperty("external-keys") Duration externalKeys) {
        public Retention {
            Check.positive("certificates", certificates);
            Check.positive("orders", orders);
            Check.positive("accounts", accounts);
            Check.positive("external-keys", externalKeys);
        }
    }
}
