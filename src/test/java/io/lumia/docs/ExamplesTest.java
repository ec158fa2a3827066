package io.lumia.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.Lumia;
import io.lumia.config.KeysInText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;

/** What the documentation shows is understood by what is built. */
class ExamplesTest {
    private static final Pattern KEY = Pattern.compile("[a-z][a-z0-9-]*(?:\\.[a-z0-9-]+)+");
    private static final Pattern FILE =
            Pattern.compile(".*\\.(?:md|yaml|yml|db|json|jsonl|js|sh|html|crt|pem|key|service|timer|log|css)");
    private static final Pattern METRIC = Pattern.compile("\\blumia_[a-z0-9_]+[a-z0-9](?![*_])");
    private static final Pattern VARIABLE = Pattern.compile("(LUMIA_[A-Z0-9_]+)");
    /** Of the launcher and of platforms; or the beginning of several. */
    private static final Pattern NO_SETTING =
            Pattern.compile("LUMIA_(?:JAVA_OPTS|.*_SERVICE_HOST|PORT_\\d+_TCP_ADDR|.*_|)");

    /** Those that people write. */
    static List<Page> pages() {
        return Page.all().stream()
                .filter(page -> !page.file().startsWith(Reference.FOLDER))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void every_command_line_is_understood(Page page) {
        var wrong = new ArrayList<String>();
        var lumia = Lumia.commandLine();
        for (List<String> arguments : inBlocks(page)) {
            refusal(lumia, arguments).ifPresent(refused -> wrong.add(refused.getMessage()));
        }
        for (List<String> arguments : inProse(page)) {
            refusal(lumia, arguments)
                    .filter(refused -> !(refused instanceof MissingParameterException))
                    .ifPresent(refused -> wrong.add(refused.getMessage()));
        }
        assertThat(wrong).isEmpty();
    }

    private static Optional<ParameterException> refusal(CommandLine lumia, List<String> arguments) {
        try {
            var unused = lumia.parseArgs(arguments.toArray(String[]::new));
            return Optional.empty();
        } catch (ParameterException refused) {
            return Optional.of(refused);
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void every_setting_of_a_command_line_is_one(Page page) {
        var wrong = new ArrayList<String>();
        for (List<String> arguments : commands(page)) {
            for (int i = 1; i < arguments.size(); i++) {
                var setting = arguments.get(i);
                if (arguments.get(i - 1).equals("--set") && !KeysInText.known(setting.replaceAll("=.*", ""))) {
                    wrong.add(setting);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void every_piece_of_configuration_loads(Page page, @TempDir Path directory) throws Exception {
        for (Page.Block block : page.blocks()) {
            if (block.kind().startsWith("yaml") && isOurs(block)) {
                var file = Files.writeString(directory.resolve("example.yaml"), block.text());
                assertThat(KeysInText.problems(file)).as(block.text()).isEmpty();
            }
        }
    }

    /** Another program's file has other keys at its top. */
    private static boolean isOurs(Page.Block block) {
        return new Yaml().load(block.text()) instanceof Map<?, ?> keys
                && keys.keySet().stream().anyMatch(KeysInText.top()::contains);
    }

    /** What looks like a key is one, or the end of one, or a name that the program knows otherwise: an act, an address. */
    @ParameterizedTest
    @MethodSource("pages")
    void every_key_that_is_named_exists(Page page) {
        assertThat(page.codes().stream()
                        .filter(code -> KEY.matcher(code).matches()
                                && !FILE.matcher(code).matches())
                        .filter(code -> KeysInText.top().contains(code.replaceAll("\\..*", "")))
                        .filter(code -> !KeysInText.known(code) && !KeysInText.isEndOfKey(code))
                        .filter(code -> !SourceTexts.hold(code)))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void every_variable_that_is_named_exists(Page page) {
        var blocks = page.blocks().stream().flatMap(block -> block.lines().stream());
        assertThat(Stream.concat(page.codes().stream(), blocks)
                        .flatMap(code -> VARIABLE.matcher(code).results())
                        .map(found -> found.group(1))
                        .filter(name -> !NO_SETTING.matcher(name).matches())
                        .filter(name -> !KeysInText.isVariable(name) && !SourceTexts.holdVariable(name)))
                .isEmpty();
    }

    /** The series of a histogram stand for it. */
    @ParameterizedTest
    @MethodSource("pages")
    void every_metric_that_is_named_exists(Page page) {
        var known = Page.read(Reference.FOLDER.resolve("metrics.md")).codes();
        assertThat(page.codes().stream()
                        .flatMap(code -> METRIC.matcher(code).results())
                        .map(found -> found.group())
                        .filter(name -> !known.contains(name)
                                && !known.contains(name.replaceFirst("_(bucket|count|sum)$", ""))))
                .isEmpty();
    }

    private static List<List<String>> commands(Page page) {
        return Stream.concat(inBlocks(page).stream(), inProse(page).stream()).toList();
    }

    private static List<List<String>> inBlocks(Page page) {
        return page.blocks().stream()
                .flatMap(block -> ShellLine.commands(block).stream())
                .toList();
    }

    private static List<List<String>> inProse(Page page) {
        return page.codes().stream()
                .filter(code -> code.startsWith("./lumia"))
                .flatMap(code -> ShellLine.of(code).stream())
                .toList();
    }
}
