package io.lumia.store;

import io.vertx.core.Future;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What an operator set at run time, and other values that are alone of their kind; table {@code settings}. */
public final class Settings {
    private final Store store;

    Settings(Store store) {
        this.store = store;
    }

    public Future<Optional<String>> read(String key) {
        return store.read(handle -> handle.createQuery("select value from settings where name = :name")
                .bind("name", key)
                .mapTo(String.class)
                .findOne());
    }

    /** Sets or replaces. */
    public Future<Void> write(String key, String value) {
        return store.writeInOrder(handle -> set(handle, key, value)).mapEmpty();
    }

    /** Sets what is not set yet, and tells what holds: of several nodes that do so at once, one is first. */
    public Future<String> keepFirst(String key, String value) {
        return store.write(handle -> {
            handle.createUpdate(
                            "insert into settings (name, value) values (:name, :value) on conflict (name) do nothing")
                    .bind("name", key)
                    .bind("value", value)
                    .execute();
            return handle.createQuery("select value from settings where name = :name")
                    .bind("name", key)
                    .mapTo(String.class)
                    .one();
        });
    }

    /** Sets or replaces, but the last moments may be lost when the power goes. */
    public Future<Void> note(String key, String value) {
        return store.writeUnsyncedInOrder(handle -> set(handle, key, value)).mapEmpty();
    }

    /**
     * Sets it, unless it is another one than the caller knows.
     *
     * @param before null: there was none
     * @return whether this call did it
     */
    public Future<Boolean> replace(String key, @Nullable String before, String value) {
        return store.write(handle -> handle.createUpdate(
                                before == null
                                        ? """
                                insert into settings (name, value) values (:name, :value) on conflict (name) do nothing
                                """
                                        : "update settings set value = :value where name = :name and value = :before")
                        .bind("name", key)
                        .bind("value", value)
                        .bind("before", before == null ? "" : before)
                        .execute()
                > 0);
    }

    /** Whether other processes change them too. */
    public boolean isShared() {
        return store.isShared();
    }

    private static int set(Handle handle, String key, String value) {
        return handle.createUpdate("""
                        insert into settings (name, value) values (:name, :value)
                        on conflict (name) do update set value = excluded.value
                        """).bind("name", key).bind("value", value).execute();
    }

    public Future<Void> remove(String key) {
        return store.writeInOrder(handle -> handle.createUpdate("delete from settings where name = :name")
                        .bind("name", key)
                        .execute())
                .mapEmpty();
    }
}
