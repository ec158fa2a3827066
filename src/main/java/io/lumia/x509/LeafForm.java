package io.lumia.x509;

import java.security.PublicKey;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;

/**
 * What an operator may choose about a leaf beside its names.
 *
 * @param uses of the key; those that its kind forbids are left out, and digitalSignature is always there
 * @param purposes extended key usages; never empty
 * @param commonName whether the first name stands in the subject as well
 * @param subject further attributes of the subject
 */
public record LeafForm(Set<KeyUse> uses, Set<Purpose> purposes, boolean commonName, List<Attribute> subject) {
    public LeafForm {
        if (purposes.isEmpty()) {
            throw new IllegalArgumentException("a certificate without extended key usage would be good for everything");
        }
        uses = Set.copyOf(uses);
        purposes = Set.copyOf(purposes);
        subject = List.copyOf(subject);
    }

    /** RFC 5280, 4.2.1.3. What makes a CA of its holder is not among them. */
    public enum KeyUse {
        DIGITAL_SIGNATURE("digital-signature", KeyUsage.digitalSignature),
        CONTENT_COMMITMENT("content-commitment", KeyUsage.nonRepudiation),
        KEY_ENCIPHERMENT("key-encipherment", KeyUsage.keyEncipherment),
        DATA_ENCIPHERMENT("data-encipherment", KeyUsage.dataEncipherment),
        KEY_AGREEMENT("key-agreement", KeyUsage.keyAgreement);

        private final String label;
        private final int bit;

        KeyUse(String label, int bit) {
            this.label = label;
            this.bit = bit;
        }

        /** RSA encrypts (RFC 3279, 2.3.1), ECDH agrees (RFC 5480, 3), Ed25519 only signs (RFC 8410, 5). */
        boolean suits(KeyType type) {
            return switch (this) {
                case DIGITAL_SIGNATURE, CONTENT_COMMITMENT -> true;
                case KEY_ENCIPHERMENT, DATA_ENCIPHERMENT -> type.isRsa();
                case KEY_AGREEMENT -> type == KeyType.P256 || type == KeyType.P384;
            };
        }

        @Override
        public String toString() {
            return label;
        }
    }

    /** RFC 5280, 4.2.1.12: those whose right a proof of the name gives. */
    public enum Purpose {
        SERVER_AUTH("server-auth"),
        CLIENT_AUTH("client-auth");

        private final String label;

        Purpose(String label) {
            this.label = label;
        }

        private KeyPurposeId id() {
            return switch (this) {
                case SERVER_AUTH -> KeyPurposeId.id_kp_serverAuth;
                case CLIENT_AUTH -> KeyPurposeId.id_kp_clientAuth;
            };
        }

        @Override
        public String toString() {
            return label;
        }
    }

    /** An attribute of the subject (RFC 5280, appendix A.1). */
    public record Attribute(Kind kind, String value) {
        /** In the order in which they stand in a subject; each with its upper bound. */
        public enum Kind {
            COUNTRY(2),
            PROVINCE(128),
            LOCALITY(128),
            ORGANIZATION(64),
            ORGANIZATIONAL_UNIT(64);

            private final int longest;

            Kind(int longest) {
                this.longest = longest;
            }

            ASN1ObjectIdentifier type() {
                return switch (this) {
                    case COUNTRY -> BCStyle.C;
                    case PROVINCE -> BCStyle.ST;
                    case LOCALITY -> BCStyle.L;
                    case ORGANIZATION -> BCStyle.O;
                    case ORGANIZATIONAL_UNIT -> BCStyle.OU;
                };
            }
        }

        /** @throws IllegalArgumentException when the value does not fit */
        public Attribute {
            if (value.isBlank()
                    || value.length() > kind.longest
                    || !value.codePoints().allMatch(Attribute::isPlain)) {
                throw new IllegalArgumentException(
                        Printable.quoted(value) + " is no text of 1 to " + kind.longest + " printable characters");
            }
            if (kind == Kind.COUNTRY && !value.matches("[A-Z]{2}")) {
                throw new IllegalArgumentException(
                        Printable.quoted(value) + " is no country code such as DE (ISO 3166)");
            }
        }

        private static boolean isPlain(int character) {
            return !Character.isISOControl(character) && Character.getType(character) != Character.FORMAT;
        }
    }

    /** Whether its holder can be a TLS client. */
    public boolean forClients() {
        return purposes.contains(Purpose.CLIENT_AUTH);
    }

    /** As the extension has them. */
    int usage(PublicKey key) {
        int bits = KeyUsage.digitalSignature;
        var type = KeyType.of(key);
        for (KeyUse use : uses) {
            if (type.filter(use::suits).isPresent()) {
                bits |= use.bit;
            }
        }
        return bits;
    }

    KeyPurposeId[] purposeIds() {
        return purposes.stream().sorted().map(Purpose::id).toArray(KeyPurposeId[]::new);
    }
}
