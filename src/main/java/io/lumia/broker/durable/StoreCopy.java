package io.lumia.broker.durable;

import io.lumia.config.CannotStart;
import io.lumia.crypto.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The broker's store copied while a broker writes it. The file is only ever written chunk after chunk, each with a checksum, and every row has one
 * of its own: a copy in whose making the writer came between does not read through, and is made again. Blocks.
 */
public final class StoreCopy {
    private static final int TRIES = 20;

    private StoreCopy() {}

    /**
     * @param directory of the store
     * @param target an empty directory
     * @return false when there is no store
     * @throws IOException when no attempt reads through
     */
    public static boolean make(Path directory, Path target) throws IOException {
        var file = directory.resolve(RowFile.NAME);
        if (!Files.exists(file)) {
            return false;
        }
        DurableFiles.directory(target);
        CannotStart last = null;
        for (int attempt = 0; attempt < TRIES; attempt++) {
            Files.copy(file, target.resolve(RowFile.NAME), StandardCopyOption.REPLACE_EXISTING);
            try {
                var unused = rows(target);
                return true;
            } catch (CannotStart torn) {
                last = torn;
            }
        }
        throw new IOException("the broker's store " + file + " cannot be copied while it is written so much", last);
    }

    /** Reads every row of a store that nobody has open. @return how many there are @throws CannotStart when one is damaged */
    public static long rows(Path directory) {
        var rows = RowFile.open(directory);
        try {
            long all = 0;
            for (Table table : Table.values()) {
                rows.forEach(table, (key, row) -> {});
                all += rows.rows(table);
            }
            return all;
        } finally {
            rows.close();
        }
    }
}
