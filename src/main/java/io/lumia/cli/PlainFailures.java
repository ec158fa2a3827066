package io.lumia.cli;

import io.lumia.config.CannotStart;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Tells a failed command in sentences; the stack trace only to whoever asks for it. */
public final class PlainFailures implements IExecutionExceptionHandler {
    private final BooleanSupplier debug;

    /** @param debug asked when a command failed */
    public PlainFailures(BooleanSupplier debug) {
        this.debug = debug;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        var err = command.getErr();
        var reason = reason(failure);
        if (reason instanceof CannotStart) {
            err.println("lumia: " + reason.getMessage());
        } else {
            var message = reason.getMessage();
            err.println("lumia: " + command.getCommandName() + " failed: "
                    + (message == null || message.isBlank() ? reason.getClass().getSimpleName() : message)
                    + (debug.getAsBoolean() ? "" : " (LUMIA_DEBUG=1 shows where)"));
        }
        if (debug.getAsBoolean()) {
            failure.printStackTrace(err);
        }
        err.flush();
        return command.getCommandSpec().exitCodeOnExecutionException();
    }

    /** What the wrappers of Futures hold. */
    private static Throwable reason(Throwable failure) {
        boolean wrapper = failure instanceof CompletionException
                || failure instanceof ExecutionException
                || failure instanceof UncheckedIOException;
        var cause = failure.getCause();
        return wrapper && cause != null ? reason(cause) : failure;
    }
}
