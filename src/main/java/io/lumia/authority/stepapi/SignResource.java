package io.lumia.authority.stepapi;

import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.Provisioned;
import io.lumia.config.StepApiConfig;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Printable;
import io.lumia.x509.Profile;
import io.lumia.x509.UnfitRequest;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.util.io.pem.PemReader;
import org.jspecify.annotations.Nullable;

/** From a one-time token and a CSR to a certificate for servers and clients, or for a site. */
final class SignResource {
    private final TokenGate gate;
    private final StepIssuer issuer;
    private final StepApiConfig config;
    private final WorkerExecutor worker;
    private final Clock clock;

    SignResource(TokenGate gate, StepIssuer issuer, StepApiConfig config, WorkerExecutor worker, Clock clock) {
        this.gate = gate;
        this.issuer = issuer;
        this.config = config;
        this.worker = worker;
        this.clock = clock;
    }

    /**
     * @param notBefore time, or duration from now
     * @param notAfter time, or duration from notBefore
     */
    record Sign(
            @Nullable String csr,
            @Nullable String ott,
            @Nullable String notBefore,
            @Nullable String notAfter) {}

    private record Wanted(
            CertificateRequest csr,
            List<String> names,
            @Nullable Instant notBefore,
            @Nullable Instant notAfter) {}

    /** Fails with {@link StepRefusal}. */
    Future<ChainAnswer> run(Sign asked) {
        var csr = asked.csr();
        var token = asked.ott();
        if (csr == null || csr.isEmpty() || token == null || token.isEmpty()) {
            throw StepRefusal.badRequest("the request needs 'csr' and 'ott'");
        }
        return gate.admit(token, "sign")
                .compose(allowed -> worker.executeBlocking(() -> wanted(asked, csr, allowed), false)
                        .compose(wanted -> issuer.issue(request(wanted, allowed), wanted.csr)))
                .map(ChainAnswer::of);
    }

    private IssueCertificate request(Wanted wanted, OneTimeToken allowed) {
        var provisioner = allowed.provisioner();
        var profile = isForSite(allowed) ? Profile.SITE : Profile.SERVER;
        return new IssueCertificate(
                profile,
                "",
                wanted.names,
                null,
                null,
                "provisioner " + provisioner,
                "sign",
                new Provisioned(provisioner, profile == Profile.SERVER, wanted.notBefore, wanted.notAfter));
    }

    /** Who knows the sites' password alone gets nothing else. */
    private boolean isForSite(OneTimeToken allowed) {
        return allowed.provisioner().equals(config.sites().provisioner());
    }

    private Wanted wanted(Sign asked, String csr, OneTimeToken allowed) {
        var names = names(allowed);
        var request = parse(csr);
        requireFit(request, names, allowed);
        if (!allowed.csrDigest().isEmpty() && !allowed.csrDigest().equals(digest(csr))) {
            throw StepRefusal.forbidden("the token is for another CSR (cnf)");
        }
        var now = clock.instant();
        var begin = Moment.parse("notBefore", asked.notBefore())
                .map(moment -> moment.from(now))
                .orElse(null);
        var base = begin == null ? now : begin;
        var end = Moment.parse("notAfter", asked.notAfter()).map(moment -> moment.from(base));
        if (isForSite(allowed)) {
            return new Wanted(request, names, begin, end.orElse(null));
        }
        return new Wanted(
                request, names, begin, within(allowed, end.orElse(base.plus(config.lifetime())), end.isPresent()));
    }

    /** A certificate that another one vouches for ends with it at the latest. */
    private static Instant within(OneTimeToken allowed, Instant end, boolean demanded) {
        var signer = allowed.signer();
        if (signer == null || !end.isAfter(signer.getNotAfter().toInstant())) {
            return end;
        }
        if (demanded) {
            throw StepRefusal.forbidden("notAfter is " + end + ", after the certificate that signed the token ends, on "
                    + signer.getNotAfter().toInstant());
        }
        return signer.getNotAfter().toInstant();
    }

    private static List<String> names(OneTimeToken allowed) {
        var names = new LinkedHashSet<String>();
        for (String name : allowed.names().isEmpty() ? List.of(allowed.subject()) : allowed.names()) {
            names.add(normal(name));
        }
        return List.copyOf(names);
    }

    private static void requireFit(CertificateRequest csr, List<String> names, OneTimeToken allowed) {
        var commonName = csr.commonName();
        if (commonName != null
                && !commonName.isEmpty()
                && !commonName.equals(allowed.subject())
                && !names.contains(commonName.toLowerCase(Locale.ROOT))) {
            throw StepRefusal.forbidden("the CSR's common name is " + Printable.quoted(commonName)
                    + "; the token allows " + Printable.quoted(allowed.subject()));
        }
        if (!csr.names().isEmpty() && !new HashSet<>(csr.names()).equals(new HashSet<>(names))) {
            throw StepRefusal.forbidden("the CSR asks for the names " + Printable.quoted(String.join(", ", csr.names()))
                    + "; the token allows exactly " + Printable.quoted(String.join(", ", names)));
        }
    }

    private static CertificateRequest parse(String csr) {
        try {
            return CertificateRequest.parse(csr);
        } catch (UnfitRequest unfit) {
            throw StepRefusal.badRequest(String.valueOf(unfit.getMessage()));
        }
    }

    /** As the CSR's names are read: an address in the platform's form, anything else in lower case. */
    private static String normal(String name) {
        if (!CertificateRequest.isAddress(name) || name.indexOf('/') >= 0) {
            return name.toLowerCase(Locale.ROOT);
        }
        try {
            return InetAddress.getByName(name).getHostAddress();
        } catch (UnknownHostException noAddress) {
            return name.toLowerCase(Locale.ROOT);
        }
    }

    private static String digest(String csr) {
        try (var reader = new PemReader(new StringReader(csr))) {
            var digest = MessageDigest.getInstance("SHA-256")
                    .digest(reader.readPemObject().getContent());
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (IOException | NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("a CSR that was read before cannot be read", impossible);
        }
    }
}
