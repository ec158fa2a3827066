package io.lumia.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.crypto.DurableFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * DATA/logs/audit.jsonl (0600): one JSON object a line, appended only. JSON escapes control characters, so that nobody forges a line. Blocks;
 * call from one worker at a time.
 */
final class AuditLog implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final FileChannel channel;

    private AuditLog(FileChannel channel) {
        this.channel = channel;
    }

    /** Opens the file; a last line that a crash cut short is ended first, so that the next one stands alone. */
    static AuditLog open(Path data) throws IOException {
        var directory = data.resolve("logs");
        DurableFiles.directory(directory);
        var channel = FileChannel.open(
                directory.resolve("audit.jsonl"),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        var log = new AuditLog(channel);
        log.seekEnd();
        return log;
    }

    /** Appends and syncs, all or nothing: what a full disk cut short is taken back, so that the next line stands alone. */
    void append(List<Audited> acts) throws IOException {
        var lines = new StringBuilder();
        acts.forEach(act -> lines.append(line(act)).append('\n'));
        long end = channel.position();
        try {
            write(lines.toString());
            channel.force(false);
        } catch (IOException full) {
            takeBack(end, full);
            throw full;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void takeBack(long end, IOException cause) {
        try {
            channel.truncate(end);
        } catch (IOException broken) {
            cause.addSuppressed(broken);
        }
    }

    private void seekEnd() throws IOException {
        long end = channel.size();
        channel.position(end);
        var last = ByteBuffer.allocate(1);
        if (end > 0 && channel.read(last, end - 1) == 1 && last.get(0) != '\n') {
            write("\n");
        }
    }

    private void write(String text) throws IOException {
        var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            int written = channel.write(bytes);
            assert written >= 0;
        }
    }

    private static String line(Audited act) {
        var members = new LinkedHashMap<String, Object>();
        members.put("at", act.at().toString());
        members.put("actor", act.actor());
        members.put("action", act.action());
        members.put("object", act.object());
        members.put("outcome", act.outcome());
        if (act.address() != null) {
            members.put("address", act.address());
        }
        if (act.correlation() != null) {
            members.put("correlation", act.correlation());
        }
        members.put("details", new TreeMap<>(act.details()));
        try {
            return JSON.writeValueAsString(members);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("texts cannot be written as JSON", impossible);
        }
    }
}
