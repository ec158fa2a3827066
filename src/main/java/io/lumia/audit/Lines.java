package io.lumia.audit;

import io.lumia.bus.FleetBus.Audited;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** Where acts become lines. */
interface Lines {
    /** All of them on disk, or none. Blocks. */
    void append(List<Audited> acts, Instant now) throws IOException;

    /** Of the last line that is on disk. */
    Head head();

    /** Bytes of the current file. */
    long size();
}
