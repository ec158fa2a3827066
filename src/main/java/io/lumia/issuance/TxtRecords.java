package io.lumia.issuance;

import io.vertx.core.Future;

/** Writes TXT records somewhere in the DNS. */
interface TxtRecords {
    /** Adds a value beside those that the name has; fails with {@link IssuanceFailed} that says what to do. */
    Future<Void> add(String name, String value);

    /** Takes the value away and leaves others. */
    Future<Void> remove(String name, String value);
}
