package io.lumia.interop;

import io.lumia.fakes.PostgresServer;
import io.lumia.store.Store;
import io.lumia.store.StoreBehaviour;
import io.vertx.core.Future;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

class PostgresStoreIT extends StoreBehaviour {
    private static PostgresServer server;
    private String url;

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

    @BeforeEach
    void make_database() throws Exception {
        url = server.database();
    }

    @Override
    protected Future<Store> open() {
        return Store.open(vertx, Path.of("unused"), server.config(url));
    }
}
