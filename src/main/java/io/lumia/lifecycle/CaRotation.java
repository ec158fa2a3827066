package io.lumia.lifecycle;

import java.util.Locale;
import java.util.Optional;

/**
 * How a CA comes from one root, or one intermediate, to the next without a connection lost: everybody trusts the new one before anybody shows a
 * certificate of it, and nobody shows one of the old any more before it is no longer trusted. It decides and does nothing.
 */
public final class CaRotation {
    /** What is replaced. */
    public enum Kind {
        /** The trust anchor, and the intermediate below it. */
        ROOT,
        /** The intermediate alone; its holders send it along, so that nobody has to learn it first. */
        INTERMEDIATE;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Where a rotation is. */
    public enum Phase {
        /** Keys and certificates are made; nobody knows. */
        PREPARED,
        /** Old and new root are published; the old one issues. */
        SPREADING,
        /** Everybody trusts both. */
        ADOPTED,
        /** The new one issues. */
        ISSUING,
        /** Holders of certificates of the old one are told to renew. */
        DRAINING,
        /** The new root alone is published. */
        WITHDRAWING,
        /** Turned back after the new one had issued: the old one issues again, and certificates of the new one drain. */
        RETURNING,
        DONE,
        ABORTED;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** @throws IllegalArgumentException when it is none */
        public static Phase of(String label) {
            return valueOf(label.toUpperCase(Locale.ROOT));
        }

        public boolean isOver() {
            return this == DONE || this == ABORTED;
        }

        /** Whether new certificates come from the new issuer. */
        public boolean issuesFromNew() {
            return switch (this) {
                case ISSUING, DRAINING, WITHDRAWING, DONE -> true;
                case PREPARED, SPREADING, ADOPTED, RETURNING, ABORTED -> false;
            };
        }

        /** Whether the old root is published. */
        public boolean trustsOld() {
            return this != WITHDRAWING && this != DONE;
        }

        /** Whether the new root is published. */
        public boolean trustsNew() {
            return this != PREPARED && this != ABORTED;
        }

        /** Whether holders of certificates of the issuer that is left are told to renew early. */
        public boolean drains() {
            return this == DRAINING || this == RETURNING;
        }
    }

    /**
     * What a step may depend on.
     *
     * @param holders devices, brokers, listeners and services that do not use the published bundle yet
     * @param nodes of the authority that lack the new keys
     * @param leaves live certificates of the issuer that is left
     */
    public record Missing(long holders, long nodes, long leaves) {
        public static final Missing NOTHING = new Missing(0, 0, 0);
    }

    private CaRotation() {}

    /** The phase that follows; empty: there is none. */
    public static Optional<Phase> next(Kind kind, Phase phase) {
        return switch (phase) {
            case DONE, ABORTED -> Optional.empty();
            case PREPARED -> Optional.of(kind == Kind.ROOT ? Phase.SPREADING : Phase.ISSUING);
            case SPREADING -> Optional.of(Phase.ADOPTED);
            case ADOPTED -> Optional.of(Phase.ISSUING);
            case ISSUING -> Optional.of(Phase.DRAINING);
            case DRAINING -> Optional.of(kind == Kind.ROOT ? Phase.WITHDRAWING : Phase.DONE);
            case WITHDRAWING -> Optional.of(Phase.DONE);
            case RETURNING -> Optional.of(Phase.ABORTED);
        };
    }

    /** Whether the step out of this phase is taken as soon as nothing is missing, since it changes nothing for anybody. */
    public static boolean goesOnByItself(Phase phase) {
        return phase == Phase.SPREADING || phase == Phase.WITHDRAWING || phase == Phase.RETURNING;
    }

    /** What the step out of this phase waits for, of what is missing; all zero: it can be taken. */
    public static Missing blocking(Kind kind, Phase phase, Missing missing) {
        long holders = kind == Kind.ROOT ? missing.holders : 0;
        return switch (phase) {
            case DONE, ABORTED -> Missing.NOTHING;
            case PREPARED -> new Missing(0, missing.nodes, 0);
            case SPREADING, ADOPTED -> new Missing(holders, missing.nodes, 0);
            case ISSUING -> new Missing(0, missing.nodes, 0);
            case DRAINING, RETURNING -> new Missing(0, 0, missing.leaves);
            case WITHDRAWING -> new Missing(holders, 0, 0);
        };
    }

    /** The phase after turning back; empty: it is too late, or over. */
    public static Optional<Phase> abort(Phase phase) {
        return switch (phase) {
            case DONE, ABORTED, WITHDRAWING, RETURNING -> Optional.empty();
            case PREPARED, SPREADING, ADOPTED -> Optional.of(Phase.ABORTED);
            case ISSUING, DRAINING -> Optional.of(Phase.RETURNING);
        };
    }
}
