package io.lumia.bench;

import io.lumia.bench.ServerConnection.Holder;
import io.lumia.x509.Pem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.security.KeyPair;

/** The step API on one connection. */
final class StepClient {
    private static final String JSON = "application/json";

    private final Subject subject;
    private final ServerConnection connection;

    StepClient(Subject subject, ServerConnection connection) {
        this.subject = subject;
        this.connection = connection;
    }

    /** @return what a client keeps of the answer: the certificate and those above it, PEM */
    String sign(String csrPem, String token) throws Refused {
        return chain(new JsonObject().put("csr", csrPem).put("ott", token), "/1.0/sign");
    }

    /** A certificate to renew. */
    Holder enrol(KeyPair pair, String csrPem, String token) throws Refused {
        return new Holder(sign(csrPem, token), Pem.of(pair.getPrivate()));
    }

    String renew() throws Refused {
        return issued(connection
                .post(subject.url("/1.0/renew"), JSON, Buffer.buffer())
                .json());
    }

    String rekey(String csrPem) throws Refused {
        return chain(new JsonObject().put("csr", csrPem), "/1.0/rekey");
    }

    private String chain(JsonObject request, String path) throws Refused {
        return issued(
                connection.post(subject.url(path), JSON, request.toBuffer()).json());
    }

    private static String issued(JsonObject answer) {
        return answer.getString("crt", "") + answer.getString("ca", "");
    }
}
