package io.lumia.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LinksTest {
    static List<Page> pages() {
        return Page.all();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void every_link_and_picture_leads_somewhere(Page page) {
        var broken = new ArrayList<String>();
        for (String link : page.links()) {
            if (!link.matches("[a-z]+:.*") && !resolves(page, link)) {
                broken.add(link);
            }
        }
        assertThat(broken).isEmpty();
    }

    private static boolean resolves(Page page, String link) {
        var parts = link.split("#", 2);
        var folder = page.file().toAbsolutePath().getParent();
        var target = parts[0].isEmpty() ? page.file() : folder.resolve(parts[0]).normalize();
        if (!Files.exists(target)) {
            return false;
        }
        return parts.length == 1 || Page.read(target).anchors().contains(parts[1]);
    }

    @Test
    void every_page_can_be_reached_from_the_readme() {
        var reached = new HashSet<Path>();
        var next = new ArrayDeque<Path>(List.of(Path.of("README.md")));
        while (!next.isEmpty()) {
            var file = next.remove();
            if (reached.add(file) && file.toString().endsWith(".md")) {
                var folder = file.toAbsolutePath().getParent();
                Page.read(file).links().stream()
                        .filter(link -> !link.matches("[a-z]+:.*|#.*"))
                        .map(link -> here(folder.resolve(link.replaceAll("#.*", ""))))
                        .filter(Files::isRegularFile)
                        .forEach(next::add);
            }
        }
        assertThat(Page.all().stream().map(Page::file).filter(page -> !reached.contains(page)))
                .isEmpty();
    }

    private static Path here(Path file) {
        return Path.of("").toAbsolutePath().relativize(file.normalize());
    }

    @Test
    void every_picture_is_shown_somewhere() throws Exception {
        var shown = Page.all().stream()
                .flatMap(page -> page.links().stream())
                .map(link -> Path.of(link.replaceAll("#.*", "")).getFileName())
                .map(String::valueOf)
                .collect(Collectors.toSet());
        try (var pictures = Files.list(Path.of("docs", "screenshots"))) {
            assertThat(pictures.map(picture -> picture.getFileName().toString()))
                    .allSatisfy(picture -> assertThat(shown).contains(picture));
        }
    }
}
