package io.lumia.authority.stepapi;

import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.config.StepApiConfig;
import io.lumia.x509.Printable;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Lets through what a provisioner signed for this use of this CA, once. */
final class TokenGate {
    /** Issuer of the tokens with which step renews. */
    private static final String STEP_CLIENT = "step-ca-client/1.0";

    private final StepApiConfig config;
    private final List<JwkProvisioner> keys;
    private final Audience audience;
    private final Signers signers;
    private final Supplier<Issuers> issuers;
    private final SpentTokens spent;
    private final WorkerExecutor worker;
    private final Clock clock;

    TokenGate(
            StepApiConfig config,
            List<JwkProvisioner> keys,
            Audience audience,
            Signers signers,
            Supplier<Issuers> issuers,
            SpentTokens spent,
            WorkerExecutor worker,
            Clock clock) {
        this.config = config;
        this.keys = List.copyOf(keys);
        this.audience = audience;
        this.signers = signers;
        this.issuers = issuers;
        this.spent = spent;
        this.worker = worker;
        this.clock = clock;
    }

    /** @param chain that signed it; empty: the provisioner key did */
    private record Verified(SignedToken token, Instant expires, List<X509Certificate> chain) {}

    /**
     * What the token allows; it is used up then, whatever becomes of the request. Fails with {@link StepRefusal}.
     *
     * @param use {@code sign} or {@code revoke}
     */
    Future<OneTimeToken> admit(String compact, String use) {
        return worker.executeBlocking(() -> verified(SignedToken.parse(compact), use), false)
                .compose(verified -> recordOfSigner(verified)
                        .compose(known -> spend(verified.token, verified.token.text("iss"), verified.expires)
                                .map(used -> allowed(verified, known))));
    }

    /** The certificate that a renewal token presents, signed with its own key; nothing is said of its status. Fails with {@link StepRefusal}. */
    Future<X509Certificate> presented(String compact) {
        return worker.executeBlocking(() -> selfSigned(SignedToken.parse(compact)), false)
                .compose(verified -> {
                    var leaf = verified.chain.get(0);
                    return spend(verified.token, "certificate " + leaf.getSerialNumber(), verified.expires)
                            .map(used -> leaf);
                });
    }

    private Verified verified(SignedToken token, String use) {
        var chain = token.certificates("x5c");
        String name;
        if (chain.isEmpty()) {
            var provisioner = provisioner(token);
            token.verify(provisioner.key());
            name = provisioner.name();
        } else {
            signers.requireFit(chain, clock.instant());
            token.verify(chain.get(0).getPublicKey());
            name = config.x5c();
        }
        token.requireIssuer(List.of(name));
        audience.require(token, use, chain.isEmpty() ? "" : "x5c/" + name);
        var expires = token.checkedExpiry(clock.instant());
        if (token.text("sub").isEmpty()) {
            throw StepRefusal.unauthorized("the token has no subject (sub)");
        }
        requireRoot(token);
        return new Verified(token, expires, chain);
    }

    private JwkProvisioner provisioner(SignedToken token) {
        return keys.stream()
                .filter(each -> each.keyId().equals(token.header("kid")))
                .findFirst()
                .orElseThrow(() -> StepRefusal.unauthorized("no provisioner has the key "
                        + Printable.quoted(token.header("kid"))
                        + " (kid), and the token carries no certificate (x5c)"));
    }

    /** By which the client wants to recognise the CA; another one's means that the token is not for us. */
    private void requireRoot(SignedToken token) {
        var named = token.text("sha");
        if (!named.isEmpty() && !issuers.get().isRoot(named)) {
            throw StepRefusal.unauthorized("the token is for a CA with another root (sha); this one's are at /roots");
        }
    }

    private Verified selfSigned(SignedToken token) {
        var chain = token.certificates("x5cInsecure");
        if (chain.isEmpty()) {
            throw StepRefusal.unauthorized("the token carries no certificate (x5cInsecure)");
        }
        var leaf = chain.get(0);
        token.verify(leaf.getPublicKey());
        token.requireIssuer(List.of(STEP_CLIENT));
        audience.require(token, "renew", "");
        return new Verified(token, token.checkedExpiry(clock.instant()), chain);
    }

    private Future<Optional<CertificateRecord>> recordOfSigner(Verified verified) {
        return verified.chain.isEmpty()
                ? Future.succeededFuture(Optional.empty())
                : signers.vouching(verified.chain.get(0));
    }

    private Future<Void> spend(SignedToken token, String issuer, Instant expires) {
        return spent.spend(issuer, token.id(), expires)
                .compose(first -> first
                        ? Future.succeededFuture()
                        : Future.failedFuture(StepRefusal.unauthorized("the token was used before; make a new one")));
    }

    private static OneTimeToken allowed(Verified verified, Optional<CertificateRecord> signerRecord) {
        var token = verified.token;
        return new OneTimeToken(
                token.text("iss"),
                token.text("sub"),
                token.texts("sans"),
                confirmation(token),
                verified.chain.isEmpty() ? null : verified.chain.get(0),
                signerRecord.orElse(null));
    }

    /** RFC 7800, with the member that step uses. */
    private static String confirmation(SignedToken token) {
        if (!token.claims().hasClaim("cnf")) {
            return "";
        }
        if (token.claims().getClaimValue("cnf") instanceof Map<?, ?> members
                && members.get("x5rt#S256") instanceof String digest
                && !digest.isEmpty()) {
            return digest;
        }
        throw StepRefusal.unauthorized("the token's cnf has no x5rt#S256");
    }
}
