package io.lumia.interop;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of its own, small enough to be filled. Skips the test where none can be mounted. */
record SmallDisk(Path path) implements AutoCloseable {
    private static final byte[] BLOCK = new byte[4096];

    static SmallDisk mount(Path path, String size) throws Exception {
        Files.createDirectories(path);
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=" + size, "none", path.toString()),
                "no tmpfs can be mounted here");
        return new SmallDisk(path);
    }

    void fill() throws IOException {
        try (var out = Files.newOutputStream(path.resolve("ballast"))) {
            while (true) {
                out.write(BLOCK);
            }
        } catch (IOException full) {
            return;
        }
    }

    void readOnly() throws Exception {
        assumeTrue(run("mount", "-o", "remount,ro", path.toString()), "it cannot be made read-only here");
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
        } catch (IOException missing) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            if (!run("umount", path.toString()) && !run("umount", "-l", path.toString())) {
                throw new IOException("cannot unmount " + path);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while unmounting " + path, stopped);
        }
    }
}
