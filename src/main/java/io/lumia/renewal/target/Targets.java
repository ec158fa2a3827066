package io.lumia.renewal.target;

import io.lumia.config.RenewalTargetConfig;
import io.lumia.emqx.EmqxApi;
import io.vertx.core.WorkerExecutor;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes targets of their configuration. */
public final class Targets {
    private final WorkerExecutor workers;
    private final RestartPace pace;
    private final Supplier<EmqxApi> emqx;

    /**
     * @param workers where files are written and commands run
     * @param emqx asked on a worker, when a target is one
     */
    public Targets(WorkerExecutor workers, RestartPace pace, Supplier<EmqxApi> emqx) {
        this.emqx = emqx;
        this.workers = workers;
        this.pace = pace;
    }

    public Target of(RenewalTargetConfig config) {
        return switch (config.type()) {
            case FILES -> new FilesTarget(files(config), command(config.reloadCommand(), config), workers);
            case MOSQUITTO -> new MosquittoTarget(files(config), control(config), workers, pace);
            case EMQX -> new EmqxTarget(emqx.get(), files(config), workers);
        };
    }

    private static MosquittoTarget.Control control(RenewalTargetConfig config) {
        return new MosquittoTarget.Control(
                config.pidFile() == null ? null : new MosquittoProcess(config.pidFile()),
                config.configFile() == null ? null : new MosquittoConfiguration(config.configFile()),
                command(config.reloadCommand(), config),
                command(config.restartCommand(), config));
    }

    private static TlsFiles files(RenewalTargetConfig config) {
        return new TlsFiles(new TlsFiles.Places(
                Objects.requireNonNull(config.certFile()),
                Objects.requireNonNull(config.keyFile()),
                config.chainFile(),
                config.caFile(),
                config.owner()));
    }

    private static @Nullable Command command(@Nullable List<String> words, RenewalTargetConfig config) {
        return words == null ? null : new Command(words, config.commandTimeout());
    }
}
