package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Schemathesis sends the whole running system what the OpenAPI document allows and much that it does not: it revokes, turns off and removes what it
 * finds. No answer is a server error, has a status that the document does not name, or another form than it says.
 */
class SchemathesisIT {
    private static final String ADDRESSES = "127.77.0.0/24";
    private static final String CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,"
            + "response_headers_conformance,response_schema_conformance";

    @TempDir
    static Path directory;

    private static ExternalProgram schemathesis;
    private static RunningLumia lumia;

    @BeforeAll
    static void start() throws Exception {
        schemathesis = ExternalProgram.find("schemathesis", Map.of("NO_COLOR", "1"), directory);
        lumia = new RunningLumia(directory.resolve("data"), ADDRESSES, 1, "web.tls.mode=embedded");
        Files.writeString(
                directory.resolve("openapi.yaml"), lumia.get("/openapi.yaml").body());
    }

    @AfterAll
    static void stop() throws Exception {
        if (lumia != null) {
            lumia.stop();
        }
    }

    @Test
    void the_api_answers_as_its_document_says_whatever_is_asked() throws Exception {
        // wrong tokens would throttle the address for all other requests
        // the events have no end, which it would wait for
        run(
                "30",
                "--exclude-path",
                "/login",
                "--exclude-path",
                "/api/v1/events",
                "--header",
                "Authorization: Bearer " + lumia.token());
        assertThat(lumia.get("/status").statusCode()).as("answered in earnest").isEqualTo(200);
        run("6", "--include-path", "/login");
    }

    private static void run(String seconds, String... options) throws Exception {
        var all = new ArrayList<>(List.of(
                "run",
                "openapi.yaml",
                "--url",
                lumia.admin().resolve("/").toString(),
                "--tls-verify",
                lumia.root().toString(),
                "--checks",
                CHECKS,
                "--phases",
                "examples,coverage,fuzzing",
                "--max-time",
                seconds,
                "--max-examples",
                "20",
                "--request-timeout",
                "30",
                "--seed",
                "1",
                "--generation-database",
                "none",
                "--suppress-health-check",
                "all",
                "--warnings",
                "off"));
        all.addAll(List.of(options));
        var unused = schemathesis.run(all.toArray(String[]::new));
    }
}
