package io.lumia.bench;

import io.lumia.bench.ServerConnection.Reply;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.KeyPair;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One ACME account and its one connection (RFC 8555): exactly the requests that a certificate needs. */
final class AcmeClient {
    private static final long FIRST_WAIT_MILLIS = 1;
    private static final long LONGEST_WAIT_MILLIS = 64;
    private static final int MOST_POLLS = 400;

    private final ServerConnection connection;
    private final KeyPair pair;
    private final String thumbprint;
    private final ChallengeResponder challenges;
    private final JsonObject directory;
    private final String account;
    private @Nullable String nonce;

    private AcmeClient(
            ServerConnection connection,
            KeyPair pair,
            ChallengeResponder challenges,
            JsonObject directory,
            String account) {
        this.connection = connection;
        this.pair = pair;
        this.thumbprint = Jws.thumbprint(pair);
        this.challenges = challenges;
        this.directory = directory;
        this.account = account;
    }

    /** With a new account on this connection. */
    static AcmeClient register(
            Subject subject, ServerConnection connection, KeyPair pair, ChallengeResponder challenges) throws Refused {
        var directory = connection.get(subject.acmeDirectory()).json();
        var nobody = new AcmeClient(connection, pair, challenges, directory, "");
        var account = located(nobody.post(
                directory.getString("newAccount"),
                Map.of("jwk", Jws.publicKey(pair)),
                new JsonObject().put("termsOfServiceAgreed", true).encode()));
        return new AcmeClient(connection, pair, challenges, directory, account);
    }

    /** The same account on another connection. */
    AcmeClient on(ServerConnection other) {
        return new AcmeClient(other, pair, challenges, directory, account);
    }

    /**
     * Order, authorization, challenge, polls until the order is ready, finalization, certificate.
     *
     * @param csr DER, base64url
     * @return the chain, PEM
     */
    String certify(String name, String csr) throws Refused, InterruptedException {
        var placed = post(directory.getString("newOrder"), order(name));
        var address = located(placed);
        var challenge = http01(placed.json().getJsonArray("authorizations").getString(0));
        var token = challenge.getString("token");
        challenges.offer(token, token + "." + thumbprint);
        try {
            return collect(proven(challenge, address), address, csr);
        } finally {
            challenges.forget(token);
        }
    }

    private static JsonObject order(String name) {
        return new JsonObject()
                .put(
                        "identifiers",
                        new JsonArray().add(new JsonObject().put("type", "dns").put("value", name)));
    }

    private JsonObject http01(String authorization) throws Refused {
        for (Object entry : read(authorization).json().getJsonArray("challenges")) {
            if (entry instanceof JsonObject challenge && "http-01".equals(challenge.getString("type"))) {
                return challenge;
            }
        }
        throw new Refused(authorization + " offers no http-01 challenge");
    }

    /** @return the order, ready */
    private JsonObject proven(JsonObject challenge, String order) throws Refused, InterruptedException {
        var begun = post(challenge.getString("url"), new JsonObject()).json();
        if ("invalid".equals(begun.getString("status"))) {
            throw new Refused("challenge failed: " + begun.encode());
        }
        return settled(order, "ready");
    }

    private String collect(JsonObject ready, String order, String csr) throws Refused, InterruptedException {
        var finalized = post(ready.getString("finalize"), new JsonObject().put("csr", csr))
                .json();
        var valid = "valid".equals(finalized.getString("status")) ? finalized : settled(order, "valid");
        return read(valid.getString("certificate")).body().toString();
    }

    /** Asks at once, then with pauses that double: faster than Retry-After would have it, and alike for everybody. */
    private JsonObject settled(String order, String wanted) throws Refused, InterruptedException {
        long wait = FIRST_WAIT_MILLIS;
        for (int poll = 0; poll < MOST_POLLS; poll++) {
            var state = read(order).json();
            var status = state.getString("status");
            if (wanted.equals(status)) {
                return state;
            }
            if ("invalid".equals(status)) {
                throw new Refused("order became invalid: " + state.encode());
            }
            Thread.sleep(wait);
            wait = Math.min(LONGEST_WAIT_MILLIS, wait * 2);
        }
        throw new Refused("order " + order + " did not become " + wanted);
    }

    /** POST-as-GET (6.3). */
    private Reply read(String url) throws Refused {
        return post(url, Map.of("kid", account), "");
    }

    private Reply post(String url, JsonObject payload) throws Refused {
        return post(url, Map.of("kid", account), payload.encode());
    }

    private Reply post(String url, Map<String, Object> signer, String payload) throws Refused {
        var header = new TreeMap<>(signer);
        header.put("nonce", takeNonce());
        header.put("url", url);
        var parts = Jws.sign(header, payload, pair.getPrivate()).split("\\.", -1);
        var body = new JsonObject()
                .put("protected", parts[0])
                .put("payload", parts[1])
                .put("signature", parts[2]);
        var reply = connection.post(url, "application/jose+json", Buffer.buffer(body.encode()));
        nonce = reply.header("Replay-Nonce");
        return reply;
    }

    private String takeNonce() throws Refused {
        var taken = nonce != null
                ? nonce
                : connection.head(directory.getString("newNonce")).header("Replay-Nonce");
        nonce = null;
        return Objects.requireNonNull(taken, "every newNonce answer carries a nonce (7.2)");
    }

    private static String located(Reply reply) throws Refused {
        var location = reply.header("Location");
        if (location == null) {
            throw new Refused("answer " + reply.status() + " has no Location");
        }
        return location;
    }
}
