package io.lumia.backup;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A directory that can be backed up. Blocks. */
public interface Source {
    Manifest.Kind kind();

    Path directory();

    /** What of it is left out, for people. @throws BackupFailed when it cannot be copied as it is now */
    List<String> notes() throws BackupFailed;

    /** @param scratch empty directory for copies of what changes meanwhile */
    void write(ArchiveOutput archive, Path scratch) throws IOException, BackupFailed;
}
