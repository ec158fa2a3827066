package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.config.StoreConfig;
import io.lumia.fakes.FreePort;
import io.lumia.fakes.PostgresServer;
import io.lumia.store.PostgresOpening;
import io.lumia.store.StoreUnusable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a start says to its operator when the database is not as it must be. */
class PostgresStartIT {
    private static PostgresServer server;

    @TempDir
    Path directory;

    @BeforeAll
    static void start_server() throws Exception {
        server = PostgresServer.start();
    }

    @AfterAll
    static void stop_server() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void names_the_key_and_the_remedy_for_a_wrong_password() throws Exception {
        var file = Files.writeString(directory.resolve("password"), "wrong\n");
        assertRefused(config(server.database(), file, null), "store.user lumia", "store.password-file", "pg_hba.conf");
    }

    @Test
    void names_the_file_that_cannot_be_read() throws Exception {
        var missing = directory.resolve("missing");
        assertRefused(config(server.database(), missing, null), "store.password-file", missing.toString());
        assertRefused(
                config(server.database(), password(), missing), "store.ca-file", missing.toString(), "cannot be read");
    }

    @Test
    void says_how_to_make_a_missing_database() throws Exception {
        assertRefused(
                config(server.url("nowhere"), password(), null), "store.url", "createdb --owner=lumia", "nowhere");
    }

    @Test
    void says_who_may_make_tables() throws Exception {
        server.asAdministrator("create database strangers");
        assertRefused(
                config(server.url("strangers"), password(), null), "may not create tables", "alter database strangers");
    }

    @Test
    void refuses_a_database_of_another_encoding() throws Exception {
        server.asAdministrator("create database latin owner lumia encoding 'LATIN1' locale 'C' template template0");
        assertRefused(config(server.url("latin"), password(), null), "encoding LATIN1", "UTF8");
    }

    @Test
    void wants_tls_where_the_url_or_an_authority_says_so() throws Exception {
        assertRefused(config(server.database() + "?sslmode=require", password(), null), "SSL");
        var authority = Files.writeString(directory.resolve("ca.pem"), "");
        assertRefused(config(server.database(), password(), authority), "SSL");
    }

    @Test
    void gives_up_on_a_server_that_is_not_there_after_a_while_and_waits_for_one_that_comes() throws Exception {
        var url = "postgresql://127.0.0.1:" + FreePort.anywhere() + "/lumia";
        assertRefused(config(url, password(), null), "store.url", "does not answer after 1 s", "start it");
        var opened = config(server.database(), password(), null);
        server.stop();
        var waiting = CompletableFuture.supplyAsync(() -> {
            try {
                PostgresOpening.tryOnce(opened, Duration.ofMinutes(2));
                return true;
            } catch (StoreUnusable unusable) {
                throw new IllegalStateException(unusable);
            }
        });
        server.begin();
        assertThat(waiting.get()).isTrue();
    }

    @Test
    void takes_no_password_from_the_url() {
        assertThatThrownBy(() -> config("postgresql://lumia:secret@127.0.0.1/lumia", null, null))
                .hasMessageContaining("store.password-file");
        assertThatThrownBy(() -> config("postgresql://127.0.0.1/lumia?password=secret", null, null))
                .hasMessageContaining("store.password-file");
        assertThatThrownBy(() -> config("mysql://127.0.0.1/lumia", null, null))
                .hasMessageContaining("postgresql://HOST:PORT/DATABASE");
    }

    private Path password() throws Exception {
        return Files.writeString(directory.resolve("right"), PostgresServer.PASSWORD + "\n");
    }

    private static StoreConfig config(String url, @Nullable Path passwordFile, @Nullable Path authorities) {
        var usual = server.config(url);
        return new StoreConfig(
                url, PostgresServer.USER, passwordFile, null, 4, authorities, usual.retention(), usual.purgeInterval());
    }

    private static void assertRefused(StoreConfig config, String... sentences) {
        assertThatThrownBy(() -> PostgresOpening.tryOnce(config, Duration.ofSeconds(1)))
                .isInstanceOf(StoreUnusable.class)
                .hasMessageContainingAll(sentences);
    }
}
