package io.lumia.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * How much memory a process needs. Of Java's heap that is what is alive after a collection: the pages that the heap once touched stay resident
 * whatever becomes of the objects.
 */
final class Memory {
    private static final long PATIENCE_S = 30;
    private static final int KILO = 1024;
    private static final Pattern HEAP =
            Pattern.compile("used (?<used>\\d+)K \\[0x(?<begin>[0-9a-f]+), 0x(?<end>[0-9a-f]+)\\)");
    private static final Pattern MAPPING = Pattern.compile("(?<begin>[0-9a-f]+)-[0-9a-f]+ .*");

    private Memory() {}

    /** Resident memory in bytes. */
    static long resident(long pid) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(Memory::kilobytes)
                    .findFirst()
                    .orElse(0);
        }
    }

    /** Of a Java process, in bytes: what is resident outside of the heap, and what is alive in it. Where the JDK's tool is missing: what is resident. */
    static long ofJava(long pid) throws IOException, InterruptedException {
        var tool = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(tool)) {
            return resident(pid);
        }
        var unused = said(List.of(tool.toString(), Long.toString(pid), "GC.run"));
        var heap = HEAP.matcher(said(List.of(tool.toString(), Long.toString(pid), "GC.heap_info")));
        if (!heap.find()) {
            return resident(pid);
        }
        long alive = Long.parseLong(heap.group("used")) * KILO;
        long begin = Long.parseUnsignedLong(heap.group("begin"), 16);
        long end = Long.parseUnsignedLong(heap.group("end"), 16);
        return resident(pid) - residentBetween(pid, begin, end) + alive;
    }

    private static long residentBetween(long pid, long begin, long end) throws IOException {
        long sum = 0;
        boolean inside = false;
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps"))) {
            var mapping = MAPPING.matcher(line);
            if (mapping.matches()) {
                long address = Long.parseUnsignedLong(mapping.group("begin"), 16);
                inside = Long.compareUnsigned(address, begin) >= 0 && Long.compareUnsigned(address, end) < 0;
            } else if (inside && line.startsWith("Rss:")) {
                sum += kilobytes(line);
            }
        }
        return sum;
    }

    private static long kilobytes(String line) {
        return Long.parseLong(line.replaceAll("\\D", "")) * KILO;
    }

    private static String said(List<String> command) throws IOException, InterruptedException {
        var tool = new ProcessBuilder(command).redirectErrorStream(true).start();
        var text = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!tool.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
            tool.destroyForcibly();
        }
        return text;
    }
}
