package io.lumia.audit;

import io.lumia.audit.Verification.Finding;
import io.lumia.audit.Verification.Result;
import io.lumia.bus.FleetBus.Audited;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Walks along a chain, line by line, and remembers what does not fit. */
final class ChainWalk {
    /** The log's own acts; only lines with these are read as JSON. */
    private static final String OWN_ACT = "\"action\":\"audit.";

    private static final int MOST_TOLD = 1000;

    private final Optional<ChainKey> key;
    private final Map<Long, String> witnessed = new HashMap<>();
    private final boolean fromBeginning;
    private final List<Finding> findings = new ArrayList<>();
    private final List<Finding> notes = new ArrayList<>();
    private final List<Head> removed = new ArrayList<>();
    private MessageDigest before = ChainKey.digest();
    private long lines;
    private long unchained;
    private Path file = Path.of("");
    private long number;
    private @Nullable Line firstLine;
    private @Nullable Finding whereFirst;
    private @Nullable Head last;
    private long highest;

    ChainWalk(Optional<ChainKey> key, List<Head> witnessed, boolean fromBeginning) {
        this.key = key;
        witnessed.forEach(head -> this.witnessed.put(head.sequence(), head.hash()));
        this.fromBeginning = fromBeginning;
    }

    void begin(Path next) {
        file = next;
        number = 0;
    }

    void unreadable(IOException why) {
        fault("cannot be read to its end (" + why.getMessage() + "); it was cut or changed");
    }

    void take(byte[] bytes, long at, boolean complete) {
        number = at;
        if (!complete) {
            notes.add(
                    here(
                            "a last line without its end: one that is being written, or that a crash cut short; the next start takes it away"));
            return;
        }
        var line = Line.read(bytes);
        if (line.isEmpty()) {
            notChained(bytes);
        } else {
            chained(line.get());
        }
        before.update(bytes);
        before.update((byte) '\n');
    }

    Result end(int files) {
        checkBeginning();
        witnessed.forEach((sequence, hash) -> {
            if (sequence > highest) {
                number = 0;
                fault("ends with line number " + highest + ", but number " + sequence
                        + " was written: lines are missing at the end");
            }
        });
        return new Result(files, lines, unchained, findings, notes, key.isPresent(), last == null ? Head.NONE : last);
    }

    private void notChained(byte[] bytes) {
        unchained++;
        if (lines > 0) {
            fault("is not bound into the chain: added or changed");
            last = last == null ? null : new Head(last.sequence(), ChainKey.sha256(bytes));
        } else {
            last = new Head(0, ChainKey.sha256(bytes));
        }
    }

    private void chained(Line line) {
        boolean ours = key.map(line::isBy).orElse(true);
        var own = new String(line.bytes(), StandardCharsets.ISO_8859_1).contains(OWN_ACT)
                ? Act.read(line.bytes()).orElse(null)
                : null;
        if (!ours) {
            fault("was changed, or written by another key");
        }
        if (firstLine == null) {
            firstLine = line;
            whereFirst = here("");
            checkBoundToUnchained(line);
        } else {
            checkOrder(line);
        }
        if (own != null && ours) {
            ownAct(own);
        }
        lines++;
        highest = Math.max(highest, line.sequence());
        last = line.head();
        checkWitness(last);
    }

    private void checkBoundToUnchained(Line line) {
        if (last != null && !last.hash().equals(line.previous())) {
            fault("does not follow the line before it, which was changed, or lines were removed between them");
        }
    }

    private void checkOrder(Line line) {
        if (last != null && !last.hash().equals(line.previous())) {
            fault(
                    line.sequence() == last.sequence() + 1
                            ? "does not follow the line before it, which was changed"
                            : "number " + line.sequence() + " does not follow number " + last.sequence()
                                    + ": lines were removed, added or moved");
        } else if (last != null && line.sequence() != last.sequence() + 1) {
            fault("number " + line.sequence() + " follows number " + last.sequence());
        }
    }

    private void checkWitness(Head head) {
        var hash = witnessed.get(head.sequence());
        if (hash != null && !hash.equals(head.hash())) {
            fault("number " + head.sequence() + " is not the line that was written under this number");
        }
    }

    private void ownAct(Audited act) {
        switch (act.action()) {
            case LogEnd.BEGIN -> began(act);
            case LogEnd.HEAL -> notes.add(here("a start took away a last line that a crash had cut short"));
            case Retention.REMOVED -> removed.add(Head.parse(act.details().getOrDefault("through", "")));
            case Losses.LOST ->
                notes.add(here(act.details().getOrDefault("lost", "some")
                        + " acts could not be written before this line, for want of room"));
            case Witness.BREAK ->
                fault("a start found lines missing at the end: " + act.details().getOrDefault("expected", ""));
            default -> {
                // tells nothing of the chain
            }
        }
    }

    /** The first line of a chain binds everything before it. */
    private void began(Audited act) {
        var why = act.details().getOrDefault("why", "");
        if (why.equals(LogEnd.WHY_FOREIGN)) {
            fault("a start began the chain anew here: " + why);
        } else if (why.equals(LogEnd.WHY_UNCHAINED)) {
            notes.add(here("the chain begins here; " + unchained + " lines before it are from an older version"));
        }
        boolean complete = firstLine != null && firstLine.sequence() == 1;
        if (fromBeginning && complete && !hashSoFar().equals(act.details().getOrDefault("hashBefore", ""))) {
            fault("the lines before this one are not those that were there when the chain began");
        }
    }

    private String hashSoFar() {
        try {
            return HexFormat.of().formatHex(((MessageDigest) before.clone()).digest());
        } catch (CloneNotSupportedException one) {
            throw new IllegalStateException("SHA-256 of this Java platform cannot be copied", one);
        }
    }

    /** Whatever is missing at the beginning was removed by the retention, which told so. */
    private void checkBeginning() {
        if (!fromBeginning || firstLine == null || whereFirst == null || firstLine.sequence() == 1) {
            return;
        }
        long missing = firstLine.sequence() - 1;
        var previous = firstLine.previous();
        boolean told = removed.stream()
                .anyMatch(end -> end.sequence() > missing
                        || (end.sequence() == missing && end.hash().equals(previous)));
        if (!told) {
            findings.add(
                    0,
                    new Finding(
                            whereFirst.file(),
                            whereFirst.line(),
                            "begins with number " + firstLine.sequence()
                                    + ", and nothing tells that older lines were removed by the retention"));
        }
    }

    private void fault(String what) {
        if (findings.size() < MOST_TOLD) {
            findings.add(here(what));
        }
    }

    private Finding here(String what) {
        return new Finding(file, number, what);
    }
}
