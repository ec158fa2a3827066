package io.lumia.store;

import io.lumia.bus.FleetBus.StoreStatistics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * The database of everything that must survive: SQLite in the data directory. Reads run side by side on threads of their own; writes run one
 * after the other on one thread and share their fsync. Work given to it blocks its thread, so it does nothing but SQL.
 */
public final class Store {
    private static final int READERS = 2;
    private static final Duration LONGEST_WORK = Duration.ofSeconds(30);

    private final Readers readers;
    private final GroupCommit writer;
    private final Settings settings = new Settings(this);
    private final Certificates certificates = new Certificates(this);
    private final Claims claims = new Claims(this);
    private final Revocations revocations = new Revocations(this);
    private final Crls crls = new Crls(this);
    private final OperatorTokens operatorTokens = new OperatorTokens(this);
    private final CertificateRoles certificateRoles = new CertificateRoles(this);
    private final TrustAdoptions trustAdoptions = new TrustAdoptions(this);
    private final CaRotations caRotations = new CaRotations(this);
    private final IssuerLeaves issuerLeaves = new IssuerLeaves(this);

    private Store(Readers readers, GroupCommit writer) {
        this.readers = readers;
        this.writer = writer;
    }

    /**
     * Opens DATA/lumia.db, makes or migrates it first where needed. Fails with {@link StoreUnusable}.
     *
     * @param data the data directory; made with mode 0700 when missing
     */
    public static Future<Store> open(Vertx vertx, Path data) {
        var writing = worker(vertx, "lumia-store-writer", 1);
        var reading = worker(vertx, "lumia-store-reader", READERS);
        return writing.executeBlocking(() -> Database.open(data), false)
                .map(database -> new Store(
                        new Readers(reading, database), new GroupCommit(vertx, writing, database.writingHandle())))
                .recover(unusable ->
                        writing.close().eventually(reading::close).transform(closed -> Future.failedFuture(unusable)));
    }

    /** Runs the queries on a reader, which sees everything that was committed before. Must not change anything. */
    public <T> Future<T> read(Function<Handle, T> work) {
        return readers.run(work);
    }

    /**
     * Runs the work in the writer: alone, after all earlier writes, all of it or nothing. Completes once it is on disk. What the work throws fails
     * this Future only, and its changes are undone.
     */
    public <T> Future<T> write(Function<Handle, T> work) {
        return writer.submit(work, true);
    }

    /**
     * The same for what may be lost when the power goes: survives the end of the process at once, and a power cut as soon as any later {@link #write}
     * completed.
     */
    public <T> Future<T> writeUnsynced(Function<Handle, T> work) {
        return writer.submit(work, false);
    }

    /**
     * Runs the work on the writer's connection outside of any transaction, after all earlier writes: for what cannot be undone, as a checkpoint.
     */
    <T> Future<T> alone(Function<Handle, T> work) {
        return writer.alone(work);
    }

    /** Whether other processes write to this database too: then what was read a moment ago may be different now. */
    public boolean isShared() {
        return false;
    }

    /** How many rows and bytes there are. */
    public Future<StoreStatistics> statistics() {
        return read(Statistics::read);
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
        return writer.close().eventually(readers::close);
    }

    /** Transactions committed so far. */
    long commits() {
        return writer.commits();
    }

    private static WorkerExecutor worker(Vertx vertx, String name, int threads) {
        return vertx.createSharedWorkerExecutor(name, threads, LONGEST_WORK.toMillis(), TimeUnit.MILLISECONDS);
    }
}
