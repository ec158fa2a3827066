package io.lumia.store;

import io.lumia.bus.FleetBus.StoreCheck;
import io.lumia.bus.FleetBus.StoreStatistics;
import io.lumia.config.StoreConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The database of everything that must survive: SQLite in the data directory, or a PostgreSQL that several nodes share. Reads run side by side on
 * threads of their own; writes share their fsync. Work given to it blocks its thread, so it does nothing but SQL. In a shared database other
 * nodes write at the same moment, and each statement sees what was committed before it: work that looks before it writes holds what it looked at
 * ({@link #hold}). It may be run more than once, so it has no effect outside the database.
 */
public final class Store {
    private static final Duration LONGEST_WORK = Duration.ofSeconds(30);

    private final Database database;
    private final WorkerExecutor reading;
    /** The first one keeps the order; the others only a shared database has. */
    private final List<GroupCommit> writers;

    private final Settings settings = new Settings(this);
    private final Certificates certificates = new Certificates(this);
    private final Claims claims = new Claims(this);
    private final Revocations revocations = new Revocations(this);
    private final Crls crls = new Crls(this);
    private final Leases leases = new Leases(this);
    private final WebSessions webSessions = new WebSessions(this);
    private final SharedLimits limits = new SharedLimits();
    private final OperatorTokens operatorTokens = new OperatorTokens(this);
    private final CertificateRoles certificateRoles = new CertificateRoles(this);
    private final TrustAdoptions trustAdoptions = new TrustAdoptions(this);
    private final CaRotations caRotations = new CaRotations(this);
    private final IssuerLeaves issuerLeaves = new IssuerLeaves(this);

    private Store(Vertx vertx, Database database) {
        this.database = database;
        reading = worker(vertx, "lumia-store-reader", database.readers());
        writers = IntStream.range(0, database.writers())
                .mapToObj(i -> new GroupCommit(
                        vertx, worker(vertx, "lumia-store-writer" + (i == 0 ? "" : "-" + (i + 1)), 1), database))
                .toList();
    }

    /**
     * Opens DATA/lumia.db, makes or migrates it first where needed. Fails with {@link StoreUnusable}.
     *
     * @param data the data directory; made with mode 0700 when missing
     */
    public static Future<Store> open(Vertx vertx, Path data) {
        return open(vertx, () -> SqliteDatabase.open(data));
    }

    /** Opens what the configuration names, makes or migrates it first where needed. Fails with {@link StoreUnusable}. */
    public static Future<Store> open(Vertx vertx, Path data, StoreConfig config) {
        return config.shared() ? open(vertx, () -> PostgresDatabase.open(config)) : open(vertx, data);
    }

    private static Future<Store> open(Vertx vertx, Callable<Database> opening) {
        var opener = worker(vertx, "lumia-store-opener", 1);
        return opener.executeBlocking(opening, false)
                .map(database -> new Store(vertx, database))
                .eventually(opener::close);
    }

    /** Whether other processes write to this database too: then what was read a moment ago may be different now. */
    public boolean isShared() {
        return database.isShared();
    }

    /** Runs the queries on a reader, which sees everything that was committed before. Must not change anything. */
    public <T> Future<T> read(Function<Handle, T> work) {
        return reading.executeBlocking(() -> database.read(work), false);
    }

    /**
     * Runs the work in a writer, all of it or nothing. Completes once it is on disk. What the work throws fails this Future only, and its changes
     * are undone. Of two writes that nobody waits for between them, either may come first: see {@link #writeInOrder}.
     */
    public <T> Future<T> write(Function<Handle, T> work) {
        return freest().submit(work, true);
    }

    /**
     * The same for what may be lost when the power goes: survives the end of the process at once, and a power cut as soon as any later {@link #write}
     * completed.
     */
    public <T> Future<T> writeUnsynced(Function<Handle, T> work) {
        return freest().submit(work, false);
    }

    /** Like {@link #write}, after all earlier writes in order of this process. */
    public <T> Future<T> writeInOrder(Function<Handle, T> work) {
        return writers.get(0).submit(work, true);
    }

    /** Like {@link #writeUnsynced}, after all earlier writes in order of this process. */
    public <T> Future<T> writeUnsyncedInOrder(Function<Handle, T> work) {
        return writers.get(0).submit(work, false);
    }

    /**
     * To be called in work before it looks at what its writes depend on: until the transaction ends, nobody else's work that holds one of these
     * things goes on. Costs nothing where only this process writes, one at a time.
     *
     * @param things by whatever name all that look and write agree on, as {@code "name:dev-0001"}
     */
    public void hold(Handle handle, String... things) {
        database.hold(handle, things);
    }

    /**
     * Runs the work on a connection outside of any transaction, after all earlier writes in order: for what cannot be undone, as a checkpoint.
     */
    <T> Future<T> alone(Function<Handle, T> work) {
        return writers.get(0).alone(work);
    }

    private GroupCommit freest() {
        var freest = writers.get(0);
        for (GroupCommit writer : writers) {
            if (writer.waiting() < freest.waiting()) {
                freest = writer;
            }
        }
        return freest;
    }

    /** Whether the database answers. */
    public Future<StoreCheck> check() {
        return read(handle -> handle.select("select 1").mapTo(Integer.class).one())
                .map(answered -> new StoreCheck(true))
                .otherwise(silent -> new StoreCheck(false));
    }

    /** How many rows and bytes there are. */
    public Future<StoreStatistics> statistics() {
        return read(handle -> Statistics.read(database, handle));
    }

    public Settings settings() {
        return settings;
    }

    public Certificates certificates() {
        return certificates;
    }

    public Claims claims() {
        return claims;
    }

    public Revocations revocations() {
        return revocations;
    }

    public SharedLimits limits() {
        return limits;
    }

    public WebSessions webSessions() {
        return webSessions;
    }

    public Leases leases() {
        return leases;
    }

    public Crls crls() {
        return crls;
    }

    public OperatorTokens operatorTokens() {
        return operatorTokens;
    }

    public CertificateRoles certificateRoles() {
        return certificateRoles;
    }

    public TrustAdoptions trustAdoptions() {
        return trustAdoptions;
    }

    public CaRotations caRotations() {
        return caRotations;
    }

    public IssuerLeaves issuerLeaves() {
        return issuerLeaves;
    }

    /** Finishes the writes that were accepted, then closes the database. */
    public Future<Void> close() {
        return Future.join(writers.stream().map(GroupCommit::close).toList())
                .eventually(() -> reading.executeBlocking(this::closeDatabase, false))
                .eventually(reading::close)
                .mapEmpty();
    }

    private @Nullable Void closeDatabase() {
        database.close();
        return null;
    }

    /** Transactions committed so far. */
    long commits() {
        return writers.stream().mapToLong(GroupCommit::commits).sum();
    }

    private static WorkerExecutor worker(Vertx vertx, String name, int threads) {
        return vertx.createSharedWorkerExecutor(name, threads, LONGEST_WORK.toMillis(), TimeUnit.MILLISECONDS);
    }
}
