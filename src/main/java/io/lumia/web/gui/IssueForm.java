package io.lumia.web.gui;

import io.lumia.bus.FleetBus.Claim;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.config.Durations;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Printable;
import io.lumia.x509.Profile;
import io.lumia.x509.UnfitRequest;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What somebody filled in.
 *
 * @param isServer else a client of the broker
 * @param validity as it was written; empty: the profile's
 * @param sansText as it was written
 * @param identityCsr by the key that claims the client's name; empty: the name is claimed
 */
record IssueForm(boolean isServer, String name, String validity, String sansText, String csr, String identityCsr) {
    static final String NAME = "name";
    static final String VALIDITY = "validity";
    static final String SANS = "sans";
    static final String CSR = "csr";

    static IssueForm empty(String name) {
        return new IssueForm(false, name, "", "", "", "");
    }

    static IssueForm of(MultiMap form) {
        return new IssueForm(
                "server".equals(form.get("kind")),
                text(form, NAME),
                text(form, VALIDITY),
                text(form, SANS),
                text(form, CSR),
                text(form, "identity-csr"));
    }

    private static String text(MultiMap form, String field) {
        return Objects.requireNonNullElse(form.get(field), "").strip();
    }

    Profile profile() {
        return isServer ? Profile.SERVER : Profile.DEVICE;
    }

    List<String> sans() {
        return isServer
                ? Arrays.stream(sansText.split("[\\s,]+"))
                        .filter(one -> !one.isEmpty())
                        .toList()
                : List.of();
    }

    /** Null: the profile's. */
    @Nullable
    Duration lifetime() {
        return validity.isEmpty() ? null : Durations.parse(validity);
    }

    /**
     * Looks at everything that can be seen from here, and tells the claim that a client's certificate needs.
     *
     * @throws Wrong about the first field that does not fit
     */
    Optional<Claim> checked(String address) throws Wrong {
        checkLifetime();
        if (csr.isEmpty()) {
            throw new Wrong(422, CSR, "Paste a CSR, or let this browser make the key (needs JavaScript).");
        }
        var commonName = commonName();
        if (isServer) {
            return Optional.empty();
        }
        var wanted = name.isEmpty() ? commonName : name;
        if (!wanted.equals(commonName)) {
            throw new Wrong(
                    422,
                    CSR,
                    "The CSR's common name is " + Printable.quoted(commonName) + ", the name above is "
                            + Printable.quoted(wanted) + "; make them equal.");
        }
        try {
            return Optional.of(new Claim(new DeviceName(wanted), address));
        } catch (IllegalArgumentException unfit) {
            throw new Wrong(422, NAME, unfit.getMessage() + ".");
        }
    }

    private void checkLifetime() throws Wrong {
        try {
            var unused = lifetime();
        } catch (IllegalArgumentException malformed) {
            throw new Wrong(422, VALIDITY, "A time such as 24h, 90m or 30d: " + malformed.getMessage() + ".");
        }
    }

    private String commonName() throws Wrong {
        try {
            return Objects.requireNonNullElse(CertificateRequest.parse(csr).commonName(), "");
        } catch (UnfitRequest unfit) {
            throw new Wrong(422, CSR, unfit.getMessage() + ".");
        }
    }

    /** A field that does not fit, and what to do. */
    static final class Wrong extends Exception {
        private static final long serialVersionUID = 1;

        private final int status;
        private final String field;
        private final String detail;

        Wrong(int status, String field, String detail) {
            super(detail, null, false, false);
            this.status = status;
            this.field = field;
            this.detail = detail;
        }

        static Wrong of(IssueOutcome.Refused refused) {
            var detail = refused.detail() + ".";
            return switch (refused.refusal()) {
                case UNFIT_REQUEST -> new Wrong(422, CSR, detail);
                case NAME_CLAIMED ->
                    new Wrong(
                            409,
                            NAME,
                            detail
                                    + " If it is this client's already, tick “another certificate for a name that is in use”;"
                                    + " else choose another name.");
                case NAME_NOT_ALLOWED -> new Wrong(403, NAME, detail);
                case LIFETIME_NOT_ALLOWED -> new Wrong(422, VALIDITY, detail);
                case OVERLOADED -> new Wrong(429, "", "The CA is busy. Try again in a few seconds.");
            };
        }

        int status() {
            return status;
        }

        String field() {
            return field;
        }

        String detail() {
            return detail;
        }
    }
}
