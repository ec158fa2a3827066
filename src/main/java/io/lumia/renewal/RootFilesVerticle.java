package io.lumia.renewal;

import io.lumia.bus.FleetBus.TrustHolder;
import io.lumia.bus.NodeId;
import io.lumia.config.TrustConfig;
import io.lumia.crypto.DurableFiles;
import io.lumia.renewal.target.Command;
import io.lumia.renewal.target.TargetFailed;
import io.lumia.tls.TrustAdoption;
import io.lumia.x509.Pem;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the fleet's roots in the files of brokers that are not ours, as Mosquitto's {@code cafile} or EMQX's {@code cacertfile}, and has them serve
 * by them. The authority is told once that is so: without a command it waits for an operator, and names these files as missing.
 */
public final class RootFilesVerticle extends VerticleBase {
    private static final Logger log = LoggerFactory.getLogger(RootFilesVerticle.class);
    private static final Duration MARGIN = Duration.ofSeconds(10);

    private final TrustConfig config;
    private @Nullable WorkerExecutor worker;
    /** The files were changed, and what reads them does not know yet; on the worker's one thread. */
    private boolean unserved;

    public RootFilesVerticle(TrustConfig config) {
        this.config = config;
    }

    @Override
    public Future<?> start() {
        worker = vertx.createSharedWorkerExecutor(
                "lumia-root-files", 1, config.timeout().plus(MARGIN).toMillis(), TimeUnit.MILLISECONDS);
        return new TrustAdoption(
                        vertx, TrustHolder.BROKER, "files@" + NodeId.of(vertx).name(), this::use)
                .follow();
    }

    @Override
    public Future<?> stop() {
        return worker == null ? Future.succeededFuture() : worker.close();
    }

    private Future<?> use(List<X509Certificate> roots) {
        return Objects.requireNonNull(worker).executeBlocking(() -> written(Pem.of(roots)), false);
    }

    private boolean written(String bundle) throws IOException, TargetFailed {
        for (Path file : config.files()) {
            unserved |= replaced(file, bundle);
        }
        if (unserved && config.command().isEmpty()) {
            throw new IOException("the roots in " + config.files()
                    + " are others now: restart what reads them and then this process, or set trust.command");
        }
        if (unserved) {
            new Command(config.command(), config.timeout()).run();
            unserved = false;
        }
        log.atInfo().addKeyValue("files", config.files()).log("the fleet's roots are in the files for other programs");
        return true;
    }

    /** @return whether there was something else before */
    private static boolean replaced(Path file, String bundle) throws IOException {
        if (Files.exists(file) && Files.readString(file).equals(bundle)) {
            return false;
        }
        var directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        DurableFiles.writePublic(file, bundle);
        return true;
    }
}
