package io.lumia.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;

/** A value of the table {@code settings}, read without opening the store: also while a process runs, or in a copy of a data directory. Blocks. */
public final class KeptSetting {
    private KeptSetting() {}

    /** Empty when there is no database or no such value. */
    public static Optional<String> read(Path data, String key) throws IOException {
        var file = data.resolve(SqliteDatabase.NAME);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file.toAbsolutePath());
                var query = connection.prepareStatement("select value from settings where name = ?")) {
            query.setString(1, key);
            var rows = query.executeQuery();
            return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
        } catch (SQLException unreadable) {
            throw new IOException("the database " + file + " cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }
}
