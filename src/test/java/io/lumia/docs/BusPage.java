package io.lumia.docs;

import static io.lumia.docs.Markdown.quoted;

import io.lumia.bus.Call;
import io.lumia.bus.Event;
import io.lumia.bus.FleetBus;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the parts say to each other. */
final class BusPage {
    private static final Path SOURCE = Path.of("src", "main", "java", "io", "lumia", "bus", "FleetBus.java");

    private final String source;

    private BusPage(String source) {
        this.source = source;
    }

    static String text() throws IOException, IllegalAccessException {
        return new BusPage(Files.readString(SOURCE)).page();
    }

    private String page() throws IllegalAccessException {
        var page = new Markdown("Event bus reference");
        page.paragraph("""
                What the parts ask and tell each other, from `io.lumia.bus.FleetBus`, where the records stand. A call has one answerer; a refusal is an answer. \
                An event reaches whoever listens.""");
        var calls = new ArrayList<List<String>>();
        var events = new ArrayList<List<String>>();
        for (Field field : FleetBus.class.getFields()) {
            if (field.get(null) instanceof Call<?, ?> call) {
                calls.add(List.of(
                        quoted(call.address()),
                        quoted(call.question().getSimpleName()),
                        Arrays.stream(outcomes(call.answer()))
                                .map(type -> quoted(type.getSimpleName()))
                                .sorted() // their order in the class file depends on what was compiled with them
                                .collect(Collectors.joining(", ")),
                        comment(field.getName())));
            } else if (field.get(null) instanceof Event<?> event) {
                events.add(List.of(
                        quoted(event.address()), quoted(event.fact().getSimpleName()), comment(field.getName())));
            }
        }
        page.heading(2, "Calls").table(List.of("address", "question", "answers", "meaning"), calls);
        page.heading(2, "Events").table(List.of("address", "fact", "meaning"), events);
        return page.toString();
    }

    private static Class<?>[] outcomes(Class<?> answer) {
        return answer.isSealed() ? answer.getPermittedSubclasses() : new Class<?>[] {answer};
    }

    private String comment(String constant) {
        var found = Pattern.compile(
                        "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*public static final [^=;]* " + constant + "\\b", Pattern.DOTALL)
                .matcher(source);
        return !found.find()
                ? ""
                : found.group(1)
                        .replaceAll("\\s*\\n\\s*\\* ?", " ")
                        .replaceAll("\\{@code ([^}]*)}", "`$1`")
                        .replaceAll("\\{@link #?([^}]*)}", "$1")
                        .strip();
    }
}
