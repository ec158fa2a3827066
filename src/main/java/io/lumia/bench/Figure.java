package io.lumia.bench;

/**
 * One number that was measured.
 *
 * @param which the case
 * @param subject {@code lumia}, or the peer's name
 * @param value not a number: the subject cannot do this
 */
public record Figure(String which, String subject, String metric, String unit, double value) {}
