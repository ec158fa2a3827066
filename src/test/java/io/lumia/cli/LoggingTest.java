package io.lumia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.config.LogConfig;
import io.lumia.config.LogConfig.Format;
import io.lumia.config.LogConfig.Level;
import io.lumia.x509.DeviceName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LoggingTest {
    private final LoggerContext context = context();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Logging logging = new Logging(context, out, false);

    @Test
    void a_text_line_has_time_level_logger_sentence_and_key_values() {
        logging.apply(new LogConfig(Format.TEXT, Level.INFO));
        context.getLogger("io.lumia.agent.Agent")
                .atInfo()
                .addKeyValue("identity", new DeviceName("dev-0001"))
                .addKeyValue("reason", "too late")
                .log("certificate renewed");
        assertThat(written())
                .matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} INFO  Agent: certificate renewed identity=dev-0001"
                        + " reason=\"too late\"\n");
    }

    @Test
    void text_from_outside_cannot_make_a_line_of_its_own() {
        logging.apply(new LogConfig(Format.TEXT, Level.INFO));
        context.getLogger("a")
                .atInfo()
                .addKeyValue("name", "x\n12:00:00.000 INFO  Forged: line\r\u001b[31m\u2028\u202e")
                .setCause(new IllegalStateException("first\n12:00:00.000 INFO  Forged: line"))
                .log("evil\nmessage");
        assertThat(written().lines().skip(1)).isNotEmpty().allMatch(line -> line.startsWith("    | "));
        assertThat(written()).doesNotContain("\u001b", "\r", "\u2028", "\u202e").contains("evil\\nmessage");
    }

    @Test
    void a_value_cannot_pass_for_another_pair() {
        logging.apply(new LogConfig(Format.TEXT, Level.INFO));
        context.getLogger("a").atInfo().addKeyValue("name", "x\" identity=root").log("sentence");
        assertThat(written()).contains("name=\"x\\\" identity=root\"");
    }

    @Test
    void json_has_key_values_as_fields_that_cannot_replace_the_lines_own() throws IOException {
        logging.apply(new LogConfig(Format.JSON, Level.INFO));
        context.getLogger("a")
                .atInfo()
                .addKeyValue("identity", new DeviceName("dev-0001"))
                .addKeyValue("count", 3)
                .addKeyValue("level", "forged")
                .log("two\nlines");
        JsonNode line = new ObjectMapper().readTree(written());
        assertThat(written().lines()).hasSize(1);
        assertThat(line.path("message").asText()).isEqualTo("two\nlines");
        assertThat(line.path("identity").asText()).isEqualTo("dev-0001");
        assertThat(line.path("count").isInt()).isTrue();
        assertThat(line.path("level").asText()).isEqualTo("INFO");
    }

    @Test
    void the_level_changes_while_running_and_libraries_stay_quiet() {
        logging.apply(new LogConfig(Format.TEXT, Level.INFO));
        context.getLogger("io.lumia").debug("one");
        logging.level(Level.DEBUG);
        context.getLogger("io.lumia").debug("two");
        context.getLogger("io.netty.handler").info("three");
        logging.level(Level.ERROR);
        context.getLogger("io.netty.handler").warn("four");
        assertThat(written()).contains("two").doesNotContain("one", "three", "four");
    }

    private static LoggerContext context() {
        var context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        return context;
    }

    private String written() {
        return out.toString(StandardCharsets.UTF_8);
    }
}
