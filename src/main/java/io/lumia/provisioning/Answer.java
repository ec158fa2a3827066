package io.lumia.provisioning;

import io.lumia.http.Problem;
import io.lumia.x509.DeviceName;
import org.jspecify.annotations.Nullable;

/** What the service answers an application. */
sealed interface Answer {
    /** A metric label from a small set. */
    String result();

    /** @param json the document with the certificate */
    record Granted(String json) implements Answer {
        @Override
        public String result() {
            return "issued";
        }
    }

    record Declined(Problem problem) implements Answer {
        @Override
        public String result() {
            return problem.kind().replace('-', '_');
        }
    }

    /**
     * An answer and whom it went to.
     *
     * @param device null while the name is not known to be valid
     */
    record Addressed(
            Answer answer, String address, @Nullable DeviceName device) {}
}
