package io.lumia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How commands that do their work themselves print results and failures. */
final class Answering {
    @Option(names = "--json", description = "Print the answer as JSON")
    private boolean json;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    /** What the command does. */
    interface Work {
        /** @return the answer to print with {@code --json} */
        JsonNode run() throws CommandFailed;
    }

    /** How an answer reads for people. */
    interface Reading {
        void print(JsonNode answer, PrintWriter out);
    }

    /** @return 0, or 1 after telling in one sentence what failed */
    int answer(Work work, Reading reading) {
        try {
            var answer = work.run();
            var out = line().getOut();
            if (json) {
                out.println(answer.toPrettyString());
            } else {
                reading.print(answer, out);
            }
            out.flush();
            return 0;
        } catch (CommandFailed failed) {
            tell(String.valueOf(failed.getMessage()));
            return 1;
        }
    }

    /** Beside the answer, so that scripts do not read it. */
    void tell(String sentence) {
        line().getErr().println(sentence);
        line().getErr().flush();
    }

    private picocli.CommandLine line() {
        if (command == null) {
            throw new IllegalStateException("picocli sets the command before it runs");
        }
        return command.commandLine();
    }
}
