package io.lumia.cli;

/** What the terminal can show. */
final class Terminal {
    private Terminal() {}

    /** Whether to colour: the launcher says so when it runs on a terminal and NO_COLOR (no-color.org) is not set. */
    static boolean colours() {
        return Boolean.getBoolean("lumia.colours");
    }

    /** The same for standard output, which may go elsewhere than the log. */
    static boolean coloursInAnswers() {
        return Boolean.getBoolean("lumia.colours.answers");
    }

    /** Whether somebody reads standard output as it comes; the launcher says so. */
    static boolean isRead() {
        return Boolean.getBoolean("lumia.terminal");
    }
}
