package io.lumia.renewal;

/** What failures tell people. */
final class Sentences {
    private static final int DEEPEST = 5;

    private Sentences() {}

    /** The message, or that of the cause that says more. */
    static String of(Throwable failed) {
        Throwable at = failed;
        for (int i = 0; i < DEEPEST && isGeneral(at) && at.getCause() != null; i++) {
            at = at.getCause();
        }
        var message = at.getMessage();
        return message == null || message.isBlank() ? at.getClass().getSimpleName() : message.strip();
    }

    private static boolean isGeneral(Throwable failed) {
        return failed.getMessage() == null
                || failed instanceof javax.net.ssl.SSLException
                || failed instanceof java.util.concurrent.ExecutionException;
    }
}
