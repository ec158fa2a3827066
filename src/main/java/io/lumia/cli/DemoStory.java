package io.lumia.cli;

import java.io.PrintWriter;
import java.util.Locale;

/** Tells a demonstration on the terminal, and counts the checks that held and those that did not. */
final class DemoStory {
    private static final String BOLD = "\u001b[1m";
    private static final String GREEN = "\u001b[32m";
    private static final String RED = "\u001b[31m";
    private static final String PLAIN = "\u001b[0m";

    private final PrintWriter out;
    private final boolean coloured;
    private int steps;
    private int held;
    private int broken;

    DemoStory(PrintWriter out, boolean coloured) {
        this.out = out;
        this.coloured = coloured;
    }

    /** Begins a numbered step. */
    void step(String what, Object... values) {
        steps++;
        line(paint(BOLD, steps + ". " + String.format(Locale.ROOT, what, values)));
    }

    /** Tells a detail of the step. */
    void tell(String what, Object... values) {
        line("     " + String.format(Locale.ROOT, what, values));
    }

    /** States what must hold and whether it did; the values are shown either way. */
    void check(boolean holds, String what, Object... values) {
        var sentence = String.format(Locale.ROOT, what, values);
        if (holds) {
            held++;
            line("   " + paint(GREEN, "✓") + " " + sentence);
        } else {
            broken++;
            line("   " + paint(RED, "✗ does not hold:") + " " + sentence);
        }
    }

    /** Checks that held so far. */
    int held() {
        return held;
    }

    /** Checks that did not hold so far. */
    int broken() {
        return broken;
    }

    /** Whether every check held so far, and there was one. */
    boolean holds() {
        return broken == 0 && held > 0;
    }

    /** Ends the story; whether every check held, and there was one. */
    boolean end() {
        line("");
        line(
                holds()
                        ? paint(GREEN, held + " checks held.")
                        : paint(RED, broken + " of " + (held + broken) + " checks did not hold."));
        return holds();
    }

    private void line(String text) {
        out.println(text);
        out.flush();
    }

    private String paint(String colour, String text) {
        return coloured ? colour + text + PLAIN : text;
    }
}
