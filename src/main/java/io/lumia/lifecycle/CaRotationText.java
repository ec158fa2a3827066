package io.lumia.lifecycle;

import io.lumia.lifecycle.CaRotation.Kind;
import io.lumia.lifecycle.CaRotation.Missing;
import io.lumia.lifecycle.CaRotation.Phase;
import java.util.ArrayList;

/** A rotation in words, the same at the command line, in the GUI and in the API. */
public final class CaRotationText {
    private CaRotationText() {}

    /** What a phase is. */
    public static String explain(Kind kind, Phase phase) {
        var what = kind.label();
        return switch (phase) {
            case PREPARED -> "the new " + what + " is made; nobody has been told of it";
            case SPREADING ->
                "the old and the new root are published, and everybody is to trust both; the old one issues";
            case ADOPTED -> "everybody trusts both roots; the old one issues";
            case ISSUING -> "new certificates come from the new " + what + "; those of the old one stay in use";
            case DRAINING -> "holders of certificates of the old " + what + " are told to renew, spread evenly";
            case WITHDRAWING -> "the new root alone is published, and everybody is to forget the old one";
            case RETURNING ->
                "turned back: the old " + what + " issues again, and certificates of the new one are being renewed";
            case DONE -> "the new " + what + " has taken the place of the old one";
            case ABORTED -> "the rotation was given up; the old " + what + " is in use as before";
        };
    }

    /** What the step out of this phase does; empty: there is none. */
    public static String next(Kind kind, Phase phase) {
        return switch (phase) {
            case DONE, ABORTED -> "";
            case PREPARED ->
                kind == Kind.ROOT
                        ? "publishes both roots, so that everybody comes to trust the new one as well"
                        : "issues new certificates from the new intermediate";
            case SPREADING -> "is taken by itself once everybody has confirmed both roots";
            case ADOPTED -> "issues new certificates from the new root's intermediate";
            case ISSUING -> "tells holders of old certificates to renew, spread evenly";
            case DRAINING ->
                kind == Kind.ROOT
                        ? "publishes the new root alone; from then on there is no way back"
                        : "ends the rotation; with --revoke-old the old intermediate is revoked";
            case WITHDRAWING -> "is taken by itself once everybody has confirmed the new root alone";
            case RETURNING -> "is taken by itself once no certificate of the new issuer is live";
        };
    }

    /** What turning back means in this phase; empty: it is not possible. */
    public static String abort(Phase phase) {
        return switch (phase) {
            case PREPARED -> "the new keys stay unused in their folder; nobody notices";
            case SPREADING, ADOPTED -> "the old root alone is published again; no certificate changes";
            case ISSUING, DRAINING ->
                "the old one issues again; both stay trusted until the certificates of the new one have been renewed or have ended";
            case WITHDRAWING, RETURNING, DONE, ABORTED -> "";
        };
    }

    /** What is missing, for people; empty: nothing. */
    public static String blocked(Missing blocking) {
        var parts = new ArrayList<String>();
        if (blocking.nodes() > 0) {
            parts.add(blocking.nodes() + " of the authority's nodes lack the new keys");
        }
        if (blocking.holders() > 0) {
            parts.add(blocking.holders() + " have not confirmed the published roots");
        }
        if (blocking.leaves() > 0) {
            parts.add("live certificates of the issuer that is left: " + blocking.leaves());
        }
        return String.join("; ", parts);
    }
}
