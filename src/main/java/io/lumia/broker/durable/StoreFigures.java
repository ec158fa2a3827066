package io.lumia.broker.durable;

/**
 * How the store does, since the start.
 *
 * @param failing whether nothing can be written at present
 * @param sizeBytes of the file
 * @param messages kept, each once for all its receivers
 * @param copies messages on their way to a session
 * @param commits batches so far
 * @param changes rows written or removed by them
 * @param commitNanos spent in them
 * @param failures batches that were not written
 */
public record StoreFigures(
        boolean failing,
        long sizeBytes,
        long messages,
        long copies,
        long commits,
        long changes,
        long commitNanos,
        long failures) {}
