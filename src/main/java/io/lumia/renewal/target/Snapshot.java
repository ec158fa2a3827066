package io.lumia.renewal.target;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a target had before an installation, enough to put it back. Holds private keys: it is kept in files that only their owner reads.
 *
 * @param texts by a name that is fit for a file; what was not there is absent
 */
public record Snapshot(Map<String, String> texts) {
    public Snapshot {
        texts = Collections.unmodifiableMap(new TreeMap<>(texts));
        for (String name : texts.keySet()) {
            if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
                throw new IllegalArgumentException("no name for a file: " + name);
            }
        }
    }

    /** Never shows the contents. */
    @Override
    public String toString() {
        return "Snapshot" + texts.keySet();
    }
}
