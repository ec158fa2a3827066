package io.lumia.broker.durable;

import io.lumia.config.CannotStart;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.zip.CRC32C;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.MVStoreTool;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.DataType;
import org.h2.mvstore.type.LongDataType;
import org.h2.mvstore.type.StringDataType;

/**
 * The rows in one file of H2's MVStore. The store appends each commit with a checksum over its header only, so each row carries a checksum of its
 * own: bytes that changed on the disk are told, never delivered.
 */
final class RowFile implements Rows {
    static final String NAME = "sessions.mv";
    private static final String FORMAT = "format";
    private static final byte[] VERSION = "1".getBytes(StandardCharsets.US_ASCII);
    private static final int CACHE_MB = 8;

    private final Path file;
    private final Map<Table, MVMap<Object, byte[]>> maps = new EnumMap<>(Table.class);
    private MVStore store;

    private RowFile(Path file) {
        this.file = file;
        this.store = openStore(file);
        openMaps();
    }

    /**
     * Opens the file in the directory, or makes both.
     *
     * @throws CannotStart naming the file and the remedy
     */
    static RowFile open(Path directory) {
        var file = directory.resolve(NAME);
        try {
            MVStoreTool.compactCleanUp(file.toString());
            if (!Files.exists(file)) {
                create(directory, file);
            }
            var rows = new RowFile(file);
            rows.checkVersion();
            return rows;
        } catch (IOException | MVStoreException | IllegalStateException failed) {
            throw explained(file, failed);
        }
    }

    /** Under another name first: a file by the right name is always a whole one. */
    private static void create(Path directory, Path file) throws IOException {
        Files.createDirectories(directory);
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        }
        var fresh = directory.resolve(NAME + ".new");
        Files.deleteIfExists(fresh);
        var rows = new RowFile(fresh);
        rows.commit(List.of(Change.put(Table.META, FORMAT, VERSION)));
        rows.sync();
        rows.close();
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static MVStore openStore(Path file) {
        // no commits but ours, neither by time nor by size: a batch is kept whole or not at all
        var store = new MVStore.Builder()
                .fileName(file.toString())
                .autoCommitDisabled()
                .autoCommitBufferSize(0)
                .cacheSize(CACHE_MB)
                .open();
        store.setVersionsToKeep(0);
        store.setRetentionTime(0); // the next commit is only begun when this one is with the system, or on disk
        return store;
    }

    private void openMaps() {
        for (Table table : Table.values()) {
            DataType<?> key = table.hasTextKey() ? StringDataType.INSTANCE : LongDataType.INSTANCE;
            maps.put(table, openMap(table.label(), key));
        }
    }

    @SuppressWarnings("unchecked") // the key's class is the table's
    private MVMap<Object, byte[]> openMap(String name, DataType<?> key) {
        return store.openMap(
                name,
                new MVMap.Builder<Object, byte[]>()
                        .keyType((DataType<Object>) key)
                        .valueType(ByteArrayDataType.INSTANCE));
    }

    private MVMap<Object, byte[]> map(Table table) {
        return Objects.requireNonNull(maps.get(table));
    }

    private void checkVersion() {
        var found = map(Table.META).get(FORMAT);
        if (found == null) {
            close();
            throw explained(file, new IOException("it does not say its format"));
        }
        if (!Arrays.equals(unsealed(Table.META, FORMAT, found), VERSION)) {
            close();
            throw new CannotStart("the broker's store " + file
                    + " has a format that this version does not know; run the version that wrote it, or move the file aside:"
                    + " sessions and retained messages in it are not served then");
        }
    }

    @Override
    public void commit(List<Change> changes) {
        for (Change change : changes) {
            var value = change.value();
            if (value == null) {
                map(change.table()).remove(change.key());
            } else {
                map(change.table()).put(change.key(), sealed(change.key(), value));
            }
        }
        store.commit();
    }

    @Override
    public void sync() {
        store.sync();
    }

    @Override
    public void reopen() {
        store.closeImmediately();
        store = openStore(file);
        openMaps();
    }

    @Override
    public int fill() {
        return store.getFileStore().getChunksFillRate();
    }

    /** By a copy, which takes the name when it is whole: what MVStore offers in place gives space back too late. */
    @Override
    public void compact() {
        store.close();
        try {
            MVStoreTool.compact(file.toString(), false);
        } finally {
            store = openStore(file);
            openMaps();
        }
    }

    @Override
    public void forEach(Table table, BiConsumer<Object, byte[]> row) {
        try {
            map(table).forEach((key, value) -> row.accept(key, unsealed(table, key, value)));
        } catch (MVStoreException | IllegalStateException failed) {
            throw explained(file, failed);
        }
    }

    @Override
    public long rows(Table table) {
        return map(table).sizeAsLong();
    }

    @Override
    public long size() {
        return store.getFileStore().size();
    }

    @Override
    public void close() {
        store.close();
    }

    private static byte[] sealed(Object key, byte[] value) {
        return ByteBuffer.allocate(Integer.BYTES + value.length)
                .putInt(checksum(key, value, 0))
                .put(value)
                .array();
    }

    private byte[] unsealed(Table table, Object key, byte[] row) {
        if (row.length < Integer.BYTES || ByteBuffer.wrap(row).getInt() != checksum(key, row, Integer.BYTES)) {
            throw explained(file, new IOException("a row of " + table.label() + " is not what was written"));
        }
        return Arrays.copyOfRange(row, Integer.BYTES, row.length);
    }

    private static int checksum(Object key, byte[] bytes, int from) {
        var sum = new CRC32C();
        if (key instanceof Long number) {
            sum.update(ByteBuffer.allocate(Long.BYTES).putLong(0, number));
        } else {
            sum.update(((String) key).getBytes(StandardCharsets.UTF_8));
        }
        sum.update(bytes, from, bytes.length - from);
        return (int) sum.getValue();
    }

    private static CannotStart explained(Path file, Exception failed) {
        int code = failed instanceof MVStoreException told ? told.getErrorCode() : 0;
        if (code == DataUtils.ERROR_FILE_LOCKED) {
            return new CannotStart(
                    "another process uses the broker's store " + file + "; stop it, or give this one its own --data",
                    failed);
        }
        if (failed instanceof IOException && !Files.exists(file)) {
            return new CannotStart(
                    "cannot make the broker's store " + file + ": " + failed + "; let this user write there", failed);
        }
        return new CannotStart(
                "the broker's store " + file + " is damaged or cannot be read: " + failed.getMessage()
                        + "; restore it, or move it aside: sessions, queued and retained messages in it are lost then",
                failed);
    }
}
