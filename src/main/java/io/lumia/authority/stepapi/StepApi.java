package io.lumia.authority.stepapi;

import io.lumia.config.AuthorityConfig;
import io.lumia.config.CannotStart;
import io.lumia.config.LifetimesConfig;
import io.lumia.store.Store;
import io.lumia.x509.Pem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.net.TrustOptions;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The paths that the step CLI speaks: provisioners, sign, renew, rekey and revoke. */
public final class StepApi {
    private static final int VERIFIERS = 2;

    private final Vertx vertx;
    private final AuthorityConfig config;
    private final LifetimesConfig lifetimes;
    private final Path data;
    private final Supplier<Issuers> issuers;
    private final StepIssuer issuer;
    private final Clock clock;
    private final SpentTokens spent;
    private final WorkerExecutor worker;

    /** What DATA holds. */
    private record Found(List<JwkProvisioner> keys, List<X509Certificate> foreignRoots) {}

    /**
     * @param data the data directory; the provisioner key is in its folder {@code ca}
     * @param issuers those of now
     */
    public StepApi(
            Vertx vertx,
            AuthorityConfig config,
            LifetimesConfig lifetimes,
            Path data,
            Store store,
            Supplier<Issuers> issuers,
            StepIssuer issuer,
            Clock clock) {
        this.vertx = vertx;
        this.config = config;
        this.lifetimes = lifetimes;
        this.data = data;

        this.issuers = issuers;
        this.issuer = issuer;
        this.clock = clock;
        spent = new SpentTokens(store);
        worker = vertx.createSharedWorkerExecutor("lumia-step", VERIFIERS);
    }

    /**
     * Opens the provisioner key, or makes it at the first start, and adds the routes. Fails with {@link CannotStart}.
     *
     * @param publicUrl under which clients reach the router's listener
     */
    public Future<Void> mount(Router router, String publicUrl) {
        return worker.executeBlocking(this::find, false).map(found -> {
            routes(found, URI.create(publicUrl).getHost()).mount(router);
            return null;
        });
    }

    /** For a listener that asks clients for certificates without demanding one. */
    public TrustOptions clientTrust() {
        return TrustOptions.wrap(new ClientTrust(issuers, config.stepApi().grace(), clock));
    }

    /** The routes must not serve any more. */
    public Future<Void> close() {
        return worker.close();
    }

    private Found find() {
        var files = new ProvisionerKeyFile(data, config.stepApi());
        return new Found(List.of(files.general(), files.sites()), foreignRoots());
    }

    private List<X509Certificate> foreignRoots() {
        var file = config.stepApi().x5cRootsFile();
        try {
            return file == null ? List.of() : Pem.certificates(Files.readString(file));
        } catch (IOException | IllegalArgumentException unusable) {
            throw new CannotStart(
                    "authority.step-api.x5c-roots-file: " + file + " holds no readable PEM certificates (" + unusable
                            + "); put the roots there whose certificates may sign x5c tokens",
                    unusable);
        }
    }

    private StepRoutes routes(Found found, @Nullable String publicHost) {
        var step = config.stepApi();
        var hosts = new HashSet<String>();
        config.names().forEach(name -> hosts.add(Audience.plain(name)));
        if (publicHost != null) {
            hosts.add(Audience.plain(publicHost));
        }
        Supplier<List<X509Certificate>> roots =
                () -> Stream.concat(issuers.get().roots().stream(), found.foreignRoots.stream())
                        .toList();
        var signers = new Signers(vertx, step, issuers, found.foreignRoots);
        var gate = new TokenGate(step, found.keys, new Audience(hosts), signers, issuers, spent, worker, clock);
        return new StepRoutes(
                new Provisioners(step, config.acme(), lifetimes, found.keys, roots),
                new SignResource(gate, issuer, step, worker, clock),
                new RenewResource(gate, signers, issuer, step, worker, clock),
                new RevokeResource(vertx, gate, signers));
    }
}
