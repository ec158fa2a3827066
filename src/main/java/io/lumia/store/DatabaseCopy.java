package io.lumia.store;

import io.lumia.bus.FleetBus.StoreStatistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** The database of a data directory copied while a process uses it, and looked at when none does. Blocks. */
public final class DatabaseCopy {
    private DatabaseCopy() {}

    /**
     * Copies the database as it is at one moment, write-ahead log included, without holding up its writer ({@code VACUUM INTO}).
     *
     * @param target must not exist
     * @return false when there is no database
     */
    public static boolean make(Path data, Path target) throws IOException {
        var file = data.resolve(SqliteDatabase.NAME);
        if (!Files.exists(file)) {
            return false;
        }
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file.toAbsolutePath(), patient());
                var copying = connection.prepareStatement("vacuum into ?")) {
            copying.setString(1, target.toAbsolutePath().toString());
            copying.execute();
            return true;
        } catch (SQLException unusable) {
            throw new IOException("the database " + file.toAbsolutePath() + " cannot be copied: " + unusable, unusable);
        }
    }

    private static Properties patient() {
        var properties = new Properties();
        properties.setProperty("busy_timeout", "10000");
        return properties;
    }

    /** Opens it as a start would, migration included. @throws StoreUnusable naming the file and the remedy */
    public static StoreStatistics inspect(Path data) throws StoreUnusable {
        var database = SqliteDatabase.open(data);
        try {
            return database.read(handle -> Statistics.read(database, handle));
        } finally {
            database.close();
        }
    }
}
