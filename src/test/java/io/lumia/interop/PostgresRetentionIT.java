package io.lumia.interop;

import io.lumia.fakes.PostgresServer;
import io.lumia.store.RetentionBehaviour;
import io.lumia.store.Store;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class PostgresRetentionIT extends RetentionBehaviour {
    private static PostgresServer server;

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

    @Override
    protected Future<Store> open() {
        try {
            return Store.open(vertx, Path.of("unused"), server.config(server.database()));
        } catch (SQLException broken) {
            return Future.failedFuture(broken);
        }
    }
}
