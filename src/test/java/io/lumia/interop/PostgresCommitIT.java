package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.fakes.PostgresServer;
import io.lumia.store.Store;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A connection that breaks in the very moment of a commit, when only the server knows what became of it. */
class PostgresCommitIT {
    private static PostgresServer server;

    private final Vertx vertx = Vertx.vertx();

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

    @AfterEach
    void close_vertx() {
        vertx.close().await();
    }

    @Test
    void what_was_committed_though_the_answer_was_lost_is_done_once_and_answered() throws Exception {
        try (var cutting = new CuttingProxy(server.port())) {
            // otherwise the driver names the statement by a number
            var url = server.database().replace(":" + server.port(), ":" + cutting.port())
                    + "?sslmode=disable&prepareThreshold=0";
            var store = Store.open(vertx, Path.of("unused"), server.config(url)).await();
            store.settings().write("before", "1").await();
            cutting.loseNextAnswerToCommit();
            assertThat(add(store)).isTrue();
            assertThat(cutting.lost()).isTrue();
            assertThat(rows(store)).isEqualTo(1);
            store.close().await();
        }
    }

    /** A deferred trigger ends its own connection at the first commit; a sequence remembers that, since it is not rolled back. */
    @Test
    void what_was_not_committed_is_done_again_before_it_is_answered() throws Exception {
        var store = Store.open(vertx, Path.of("unused"), server.config(server.database()))
                .await();
        store.write(handle -> {
                    handle.execute("create sequence commits");
                    handle.execute("create function die_once() returns trigger language plpgsql as $$ begin"
                            + " if nextval('commits') = 1 then perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(5); end if;"
                            + " return null; end $$");
                    return handle.execute("create constraint trigger dying after insert on step_tokens"
                            + " deferrable initially deferred for each row execute function die_once()");
                })
                .await();
        assertThat(add(store)).isTrue();
        assertThat(rows(store)).isEqualTo(1);
        assertThat(store.read(handle -> handle.createQuery("select last_value from commits")
                                .mapTo(Long.class)
                                .one())
                        .await())
                .isEqualTo(2);
        store.close().await();
    }

    /** Done twice it would fail. */
    private static boolean add(Store store) {
        return store.write(
                        handle -> handle.execute("insert into step_tokens (id, expires_at) values ('token', 5)") == 1)
                .await();
    }

    private static int rows(Store store) {
        return store.read(handle -> handle.createQuery("select count(*) from step_tokens")
                        .mapTo(Integer.class)
                        .one())
                .await();
    }

    /** Stands between: hands a commit on and cuts the connection in the place of the answer. */
    private static final class CuttingProxy implements AutoCloseable {
        private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final Set<Socket> open = ConcurrentHashMap.newKeySet();
        private final AtomicBoolean armed = new AtomicBoolean();
        private final AtomicBoolean cut = new AtomicBoolean();
        private final int server;

        CuttingProxy(int server) throws IOException {
            this.server = server;
            run(this::accept);
        }

        int port() {
            return listening.getLocalPort();
        }

        void loseNextAnswerToCommit() {
            armed.set(true);
        }

        boolean lost() {
            return cut.get();
        }

        private void accept() throws IOException {
            while (true) {
                var client = listening.accept();
                var to = new Socket(InetAddress.getLoopbackAddress(), server);
                open.add(client);
                open.add(to);
                var dying = new AtomicBoolean();
                run(() -> forward(client, to, dying, true));
                run(() -> forward(to, client, dying, false));
            }
        }

        private void forward(Socket from, Socket to, AtomicBoolean dying, boolean asks) throws IOException {
            var buffer = new byte[65_536];
            InputStream in = from.getInputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (!asks && dying.get()) {
                    cut.set(true);
                    break;
                }
                if (asks
                        && new String(buffer, 0, read, StandardCharsets.ISO_8859_1).contains("COMMIT")
                        && armed.compareAndSet(true, false)) {
                    dying.set(true);
                }
                to.getOutputStream().write(buffer, 0, read);
            }
            from.close();
            to.close();
        }

        private interface Work {
            void run() throws IOException;
        }

        private static void run(Work work) {
            var thread = new Thread(() -> {
                try {
                    work.run();
                } catch (IOException closed) {
                    // as when the test ends
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void close() throws IOException {
            listening.close();
            for (Socket socket : open) {
                socket.close();
            }
        }
    }
}
