package io.lumia.docs;

import static io.lumia.docs.Markdown.quoted;

import io.lumia.config.ConfigurationKeys;
import io.lumia.config.ConfigurationKeys.Key;
import java.util.List;

/** Every key of the configuration. */
final class ConfigurationPage {
    private static final String BARE = "Of the process";

    private ConfigurationPage() {}

    static String text() {
        var page = new Markdown("Configuration reference");
        page.paragraph("""
                Every key, with its type, default and meaning. How the layers lie over one another, how values are written and which key takes effect without \
                a restart: [configuration.md](../configuration.md). A key `broker.port` is `LUMIA_BROKER_PORT` in the environment and `--set \
                broker.port=…` as an argument; keys below a `NAME` that you choose stand in files alone. `./lumia config show` tells the values in force.""");
        var blocks = ConfigurationKeys.byBlock();
        blocks.keySet().forEach(block -> {
            var heading = heading(block);
            page.line("- [" + heading + "](#" + Markdown.anchor(heading) + ")");
        });
        page.line("");
        blocks.forEach((block, keys) -> section(page, block, keys));
        return page.toString();
    }

    private static String heading(String block) {
        return block.isEmpty() ? BARE : block;
    }

    private static void section(Markdown page, String block, List<Key> keys) {
        page.heading(2, heading(block));
        if (block.endsWith(".NAME")) {
            page.paragraph(
                    "Below a name of your choice. What is left out has the value that the meaning names, or its type's usual one.");
            page.table(
                    List.of("key", "type", "meaning"),
                    keys.stream()
                            .map(key -> List.of(quoted(key.name()), key.type(), key.meaning()))
                            .toList());
        } else {
            page.table(
                    List.of("key", "type", "default", "meaning"),
                    keys.stream()
                            .map(key -> List.of(quoted(key.name()), key.type(), quoted(key.standard()), key.meaning()))
                            .toList());
        }
    }
}
