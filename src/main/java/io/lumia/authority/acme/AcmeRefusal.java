package io.lumia.authority.acme;

import io.lumia.authority.acme.Problem.Kind;
import io.vertx.core.Future;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The request is refused; the client gets the problem document. Not a defect, so it carries no stack trace. */
final class AcmeRefusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Problem problem;
    private final @Nullable Duration retryAfter;

    AcmeRefusal(Problem problem, @Nullable Duration retryAfter) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
        this.retryAfter = retryAfter;
    }

    AcmeRefusal(Problem problem) {
        this(problem, null);
    }

    AcmeRefusal(Kind kind, String detail) {
        this(Problem.of(kind, detail));
    }

    static AcmeRefusal malformed(String detail) {
        return new AcmeRefusal(Kind.MALFORMED, detail);
    }

    static AcmeRefusal later(Duration retryAfter, String detail) {
        return new AcmeRefusal(Problem.of(Kind.RATE_LIMITED, detail), retryAfter);
    }

    static <T> Future<T> failed(Kind kind, String detail) {
        return Future.failedFuture(new AcmeRefusal(kind, detail));
    }

    Problem problem() {
        return problem;
    }

    /** When the client may ask again; null: the same request will never do. */
    @Nullable
    Duration retryAfter() {
        return retryAfter;
    }
}
