package io.lumia.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lumia version}: what this is, and what it is made of. */
@Command(
        name = "version",
        mixinStandardHelpOptions = true,
        description = "Prints the version; or the libraries in it with their licences, or its bill of materials.")
public final class VersionCommand implements Callable<Integer> {
    private static final String LICENCES = "/META-INF/THIRD-PARTY.txt";
    private static final String BILL = "/META-INF/sbom/lumia.cdx.json";

    @Spec
    private @Nullable CommandSpec spec;

    @ArgGroup
    private @Nullable Choice choice;

    private static final class Choice {
        @Option(names = "--licenses", description = "the libraries in it and their licences")
        private boolean licences;

        @Option(names = "--sbom", description = "its bill of materials, CycloneDX as JSON")
        private boolean bill;
    }

    @Override
    public Integer call() throws IOException {
        if (choice != null && choice.licences) {
            return print(LICENCES);
        }
        if (choice != null && choice.bill) {
            return print(BILL);
        }
        out().println(new Version().getVersion()[0]);
        return 0;
    }

    /** The build puts them into the jar; class files have none. */
    private int print(String resource) throws IOException {
        try (var text = VersionCommand.class.getResourceAsStream(resource)) {
            if (text == null) {
                err().println("lumia: " + resource.substring(1)
                        + " is not in here; the jar that mvn -Psbom package makes has it");
                return 1;
            }
            out().print(new String(text.readAllBytes(), StandardCharsets.UTF_8));
            out().flush();
            return 0;
        }
    }

    private PrintWriter out() {
        return Objects.requireNonNull(spec).commandLine().getOut();
    }

    private PrintWriter err() {
        return Objects.requireNonNull(spec).commandLine().getErr();
    }
}
