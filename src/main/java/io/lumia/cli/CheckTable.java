package io.lumia.cli;

import io.lumia.expiry.Finding;
import io.lumia.expiry.Verdict;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/** The findings of {@code lumia check} for people; each status in its colour where the terminal can. */
final class CheckTable {
    private final List<Finding> findings;

    CheckTable(List<Finding> findings) {
        this.findings = findings;
    }

    void print(PrintWriter out, boolean colours) {
        var table = new Table("STATUS", "WHAT", "FIRST TO END", "CERTIFICATE", "DETAIL");
        findings.forEach(finding -> table.row(
                finding.verdict().label(),
                what(finding),
                finding.notAfter() == null ? "-" : finding.notAfter().toString(),
                finding.certificate() == null ? "-" : onOneLine(finding.certificate()),
                onOneLine(finding.detail())));
        var text = new StringWriter();
        table.print(new PrintWriter(text));
        text.toString().lines().forEach(line -> out.println(colours ? coloured(line) : line));
    }

    private static String what(Finding finding) {
        return finding.name().equals(finding.subject())
                ? finding.subject()
                : finding.name() + " (" + finding.subject() + ")";
    }

    private static String coloured(String line) {
        for (Verdict verdict : Verdict.values()) {
            if (line.startsWith(verdict.label())) {
                return "\u001b[" + colour(verdict) + "m" + verdict.label() + "\u001b[0m"
                        + line.substring(verdict.label().length());
            }
        }
        return line;
    }

    private static String colour(Verdict verdict) {
        return switch (verdict) {
            case HEALTHY -> "32";
            case WARNING -> "33";
            case CRITICAL -> "31";
            case UNKNOWN -> "35";
        };
    }

    /** Certificates are made by others: nothing in them may steer the terminal. */
    private static String onOneLine(String text) {
        var printable = new StringBuilder();
        text.codePoints()
                .forEach(c -> printable.appendCodePoint(
                        Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c));
        return printable.toString();
    }
}
