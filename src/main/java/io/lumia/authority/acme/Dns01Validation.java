package io.lumia.authority.acme;

import io.lumia.authority.acme.Problem.Kind;
import io.lumia.x509.Printable;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Finds out by a TXT record whether the account's key governs a domain (RFC 8555, 8.4). */
final class Dns01Validation implements Proof.Check {
    private static final int MOST_SHOWN = 5;

    private final Names names;

    Dns01Validation(Names names) {
        this.names = names;
    }

    @Override
    public Future<Optional<Problem>> look(Proof proof, int number) {
        var name = "_acme-challenge." + proof.name();
        var expected = digest(proof.keyAuthorization());
        return names.texts(name).map(found -> judge(name, found, expected));
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }

    /** Several records may be there, of several orders at a time: one of them must be ours. */
    private static Optional<Problem> judge(String name, List<String> found, String expected) {
        if (found.contains(expected)) {
            return Optional.empty();
        }
        var shown = found.stream().limit(MOST_SHOWN).map(Printable::quoted).toList();
        return Optional.of(Problem.of(
                Kind.UNAUTHORIZED,
                found.isEmpty()
                        ? "there is no TXT record at " + Printable.quoted(name) + "; expected "
                                + Printable.quoted(expected)
                        : "the TXT records at " + Printable.quoted(name) + " are " + String.join(", ", shown)
                                + "; expected one that is " + Printable.quoted(expected)));
    }

    private static String digest(String keyAuthorization) {
        try {
            var digest =
                    MessageDigest.getInstance("SHA-256").digest(keyAuthorization.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException broken) {
            throw new IllegalStateException("every Java platform has SHA-256", broken);
        }
    }
}
