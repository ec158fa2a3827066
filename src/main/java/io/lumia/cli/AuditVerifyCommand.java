package io.lumia.cli;

import io.lumia.audit.ChainKey;
import io.lumia.audit.Head;
import io.lumia.audit.HeadFile;
import io.lumia.audit.Verification;
import io.lumia.audit.Verification.Finding;
import io.lumia.audit.Verification.Result;
import io.lumia.store.KeptSetting;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lumia audit verify}: checks the chain without anything that runs. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description =
                "Checks the audit log from its first line to its last, offline: a data directory, a copy of one, or single files.",
        exitCodeListHeading = "Exit codes: 0 whole, 1 changed, cut or incomplete, 2 usage, or nothing to read,"
                + " 3 the hashes fit, but without the key nobody knows who wrote them%n")
public final class AuditVerifyCommand implements Callable<Integer> {
    private static final int NO_KEY = 3;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Data directory, with key and remembered end of the chain; default: ${DEFAULT-VALUE}")
    private Path data = Path.of("./data");

    @Option(
            names = "--head",
            paramLabel = "NUMBER:HASH",
            description = "End of the chain as it was noted elsewhere; what came later may follow")
    private @Nullable String head;

    @Option(names = "--json", description = "Print the result as JSON")
    private boolean json;

    @Parameters(
            paramLabel = "FILE",
            arity = "0..*",
            description = "Files to check instead of all of the data directory, compressed or not, in any order")
    private List<Path> files = new ArrayList<>();

    @Spec
    private @Nullable CommandSpec command;

    @Override
    public Integer call() {
        try {
            var result = files.isEmpty()
                    ? Verification.ofDirectory(data, witnessed())
                    : Verification.ofFiles(files, ChainKey.find(data), named());
            var out = spec().commandLine().getOut();
            print(result, out);
            out.flush();
            return !result.whole() ? 1 : result.keyed() ? 0 : NO_KEY;
        } catch (IOException unreadable) {
            var err = spec().commandLine().getErr();
            err.println(unreadable.getMessage());
            err.flush();
            return 2;
        }
    }

    private List<Head> witnessed() throws IOException {
        var heads = new ArrayList<>(named());
        HeadFile.read(data).ifPresent(heads::add);
        KeptSetting.read(data, AuditHead.KEY).map(Head::parse).ifPresent(heads::add);
        return heads;
    }

    private List<Head> named() {
        try {
            return head == null ? List.of() : List.of(Head.parse(head));
        } catch (IllegalArgumentException malformed) {
            throw new ParameterException(spec().commandLine(), "--head: " + malformed.getMessage());
        }
    }

    private void print(Result result, PrintWriter out) {
        if (json) {
            out.println(json(result).toPrettyString());
            return;
        }
        result.findings().forEach(finding -> out.println("BAD   " + finding));
        result.notes().forEach(note -> out.println("note  " + note));
        out.println((result.whole() ? result.keyed() ? "whole: " : "hashes fit: " : "NOT WHOLE: ")
                + result.lines() + " lines in " + result.files() + (result.files() == 1 ? " file" : " files")
                + (result.unchained() > 0 ? ", " + result.unchained() + " without a chain" : "")
                + ", ends at " + result.head());
        if (!result.keyed()) {
            out.println("without " + data.resolve("audit-key")
                    + " the MACs cannot be checked: whoever can write the files may have built the chain anew");
        }
    }

    private static com.fasterxml.jackson.databind.JsonNode json(Result result) {
        var answer = AdminClient.JSON.createObjectNode();
        answer.put("whole", result.whole()).put("keyed", result.keyed());
        answer.put("files", result.files()).put("lines", result.lines()).put("unchained", result.unchained());
        answer.put("head", result.head().toString());
        add(answer.putArray("findings"), result.findings());
        add(answer.putArray("notes"), result.notes());
        return answer;
    }

    private static void add(com.fasterxml.jackson.databind.node.ArrayNode to, List<Finding> findings) {
        findings.forEach(finding -> to.addObject()
                .put("file", finding.file().toString())
                .put("line", finding.line())
                .put("what", finding.what()));
    }

    private CommandSpec spec() {
        if (command == null) {
            throw new IllegalStateException("picocli sets the command before it runs");
        }
        return command;
    }
}
