package io.lumia.broker;

import io.lumia.access.NamePatterns;
import io.lumia.access.TopicAcl;
import io.lumia.config.BrokerConfig;
import io.lumia.config.CannotStart;
import io.lumia.tls.CrlBundle;
import io.lumia.tls.ListenerCertificate;
import io.lumia.tls.TrustBundle;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files by which an operator steers the running broker: topic rules, names that may connect, other CAs and their CRLs. */
final class BrokerFiles {
    private static final Logger log = LoggerFactory.getLogger(BrokerFiles.class);
    private static final String NAMES = "broker.allowed-client-cns-file";

    private final BrokerConfig config;
    private final Hub hub;
    private final ListenerCertificate certificate;
    private final ClientGate gate;
    private final ReloadedFiles<TopicAcl> acl;
    private final ReloadedFiles<NamePatterns> allowed;
    private final ReloadedFiles<List<X509Certificate>> trust;
    private final ReloadedFiles<CrlBundle> crl;

    BrokerFiles(Vertx vertx, BrokerConfig config, Hub hub, ListenerCertificate certificate, ClientGate gate) {
        this.config = config;
        this.hub = hub;
        this.certificate = certificate;
        this.gate = gate;
        var worker = vertx.createSharedWorkerExecutor("broker-files", 1);
        acl = new ReloadedFiles<>(
                vertx, worker, "acl", some(config.aclFile()), new AclRules(config)::read, this::useAcl);
        allowed = new ReloadedFiles<>(
                vertx, worker, "allowed", some(config.allowedClientCnsFile()), this::readAllowed, this::useAllowed);
        trust = new ReloadedFiles<>(vertx, worker, "trust", config.trustedClientCas(), this::readTrust, this::useTrust);
        crl = new ReloadedFiles<>(vertx, worker, "crl", config.crlFiles(), this::readCrls, this::useCrls);
    }

    /** Reads them all. @return fails with {@link CannotStart} when one is not good */
    Future<Void> open() {
        return acl.first()
                .compose(read -> allowed.first())
                .compose(read -> trust.first())
                .compose(read -> crl.first())
                .recover(failed -> Future.failedFuture(
                        failed instanceof IllegalArgumentException
                                ? new CannotStart(String.valueOf(failed.getMessage()), failed)
                                : failed));
    }

    /** Takes what changes from now on. */
    void watch() {
        Stream.of(acl, allowed, trust, crl).forEach(files -> files.watch(config.reloadInterval()));
    }

    /** The fleet's CA is another now; CRLs are judged by it. */
    void fleetTrustChanged() {
        gate.trustChanged();
        crl.again();
    }

    private Future<?> useAcl(TopicAcl rules) {
        hub.rulesChanged(rules);
        return Future.succeededFuture();
    }

    private NamePatterns readAllowed() throws IOException {
        var configured = new NamePatterns(config.admittedNames());
        var file = config.allowedClientCnsFile();
        if (file == null) {
            return configured;
        }
        try {
            return configured.and(NamePatterns.parse(Files.readString(file)));
        } catch (NoSuchFileException missing) {
            throw new IllegalArgumentException(NAMES + " " + file + " does not exist", missing);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(NAMES + " " + file + ", " + wrong.getMessage(), wrong);
        }
    }

    /** Who is no longer named does not stay. */
    private Future<?> useAllowed(NamePatterns names) {
        gate.allow(names);
        hub.connections().each(connection -> {
            if (!gate.isAllowed(connection.key().identity())) {
                end(connection, CloseReason.NOT_ALLOWED);
            }
        });
        return Future.succeededFuture();
    }

    private List<X509Certificate> readTrust() {
        var fleet = certificate.trust();
        var own = Stream.concat(fleet.roots().stream(), fleet.intermediates().stream())
                .toList();
        return TrustBundle.read(config.clientCaKey(), config.trustedClientCas(), own);
    }

    /** Nobody is dropped; clients of a CA that is gone are refused when they come again. */
    private Future<?> useTrust(List<X509Certificate> others) {
        return certificate.trustAlso(others).onSuccess(proved -> {
            gate.others(others);
            crl.again();
        });
    }

    private CrlBundle readCrls() {
        var trusted = certificate.clientTrust();
        var issuers = Stream.concat(trusted.roots().stream(), trusted.intermediates().stream())
                .toList();
        return CrlBundle.read("broker.crl-files", config.crlFiles(), issuers);
    }

    private Future<?> useCrls(CrlBundle lists) {
        for (X509CRL overdue : lists.overdue(hub.clock().instant())) {
            log.atWarn()
                    .addKeyValue("issuer", overdue.getIssuerX500Principal().getName())
                    .addKeyValue("nextUpdate", overdue.getNextUpdate().toInstant())
                    .log(
                            "a CRL at broker.crl-files is overdue: it still holds, later revocations are not in it; fetch a new one");
        }
        gate.revoke(lists);
        hub.connections().each(connection -> {
            if (gate.isRevoked(connection.chain())) {
                end(connection, CloseReason.REVOKED);
            }
        });
        return Future.succeededFuture();
    }

    private static void end(ClientConnection connection, CloseReason why) {
        var unused = connection.close(why);
    }

    private static List<Path> some(@Nullable Path file) {
        return file == null ? List.of() : List.of(file);
    }
}
