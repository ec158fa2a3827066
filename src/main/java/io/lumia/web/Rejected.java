package io.lumia.web;

import io.lumia.http.Problem;

/** Ends the handling of a request with a problem document. */
public final class Rejected extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    /** @param problem what is answered */
    public Rejected(Problem problem) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    public static Rejected badRequest(String detail) {
        return new Rejected(Problem.of(400, "bad-request", "Bad request", detail));
    }

    public static Rejected unprocessable(String detail) {
        return new Rejected(Problem.of(422, "unprocessable", "Request cannot be honoured", detail));
    }

    public static Rejected notFound(String detail) {
        return new Rejected(Problem.of(404, "not-found", "Not found", detail));
    }

    /** What is answered. */
    public Problem problem() {
        return problem;
    }
}
