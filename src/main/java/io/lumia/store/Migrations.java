package io.lumia.store;

import java.util.function.UnaryOperator;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.exception.FlywayValidateException;

/** Brings a database to the tables of this version. */
final class Migrations {
    private Migrations() {}

    /**
     * @param scripts folder of the class path
     * @param access adds how the database is reached
     * @param database its name for people
     * @param instead what an operator may do other than start the version that made it
     * @throws StoreUnusable when a newer or different version has made it
     * @throws org.flywaydb.core.api.FlywayException when it cannot be reached or changed
     */
    static void run(String scripts, UnaryOperator<FluentConfiguration> access, String database, String instead)
            throws StoreUnusable {
        try {
            var done = access.apply(Flyway.configure(Migrations.class.getClassLoader()))
                    .locations("classpath:" + scripts)
                    .ignoreMigrationPatterns(new String[0])
                    .loggers("slf4j")
                    .load()
                    .migrate();
            assert done.success;
        } catch (FlywayValidateException differs) {
            throw new StoreUnusable(
                    "the database " + database
                            + " was made by a newer or different version of Lumia; start that version, or " + instead,
                    differs);
        }
    }
}
