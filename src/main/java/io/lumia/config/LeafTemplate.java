package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lumia.access.AddressRange;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.LeafForm;
import io.lumia.x509.LeafForm.Attribute;
import io.lumia.x509.LeafForm.KeyUse;
import io.lumia.x509.LeafForm.Purpose;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What certificates of a provisioner look like. It shapes those for names outside the fleet; a device's always looks the same.
 *
 * @param keyUsage null: digital-signature, and key-encipherment for RSA keys
 * @param extendedKeyUsage null: server-auth
 * @param commonName whether the first name stands in the subject as well; null: it does
 * @param country in the subject, two letters
 * @param province in the subject
 * @param locality in the subject
 * @param organization in the subject
 * @param organizationalUnit in the subject
 * @param extraNames DNS names and addresses that every certificate carries, proven or not
 */
public record LeafTemplate(
        @JsonProperty("key-usage") @Nullable List<KeyUse> keyUsage,

        @JsonProperty("extended-key-usage") @Nullable List<Purpose> extendedKeyUsage,

        @JsonProperty("common-name") @Nullable Boolean commonName,
        @Nullable String country,
        @Nullable String province,
        @Nullable String locality,
        @Nullable String organization,

        @JsonProperty("organizational-unit") @Nullable String organizationalUnit,

        @JsonProperty("extra-names") @Nullable List<String> extraNames) {
    /** A server certificate with its name alone. */
    public static final LeafTemplate USUAL = new LeafTemplate(null, null, null, null, null, null, null, null, null);

    private static final String NAME = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*";

    public LeafTemplate {
        Check.that(
                keyUsage == null || keyUsage.contains(KeyUse.DIGITAL_SIGNATURE),
                "key-usage must have digital-signature, without which there is no TLS 1.3");
        Check.that(
                extendedKeyUsage == null || !extendedKeyUsage.isEmpty(),
                "extended-key-usage must have server-auth, client-auth or both");
        attribute("country", Attribute.Kind.COUNTRY, country, new ArrayList<>());
        attribute("province", Attribute.Kind.PROVINCE, province, new ArrayList<>());
        attribute("locality", Attribute.Kind.LOCALITY, locality, new ArrayList<>());
        attribute("organization", Attribute.Kind.ORGANIZATION, organization, new ArrayList<>());
        attribute("organizational-unit", Attribute.Kind.ORGANIZATIONAL_UNIT, organizationalUnit, new ArrayList<>());
        for (String name : extraNames == null ? List.<String>of() : extraNames) {
            Check.that(
                    CertificateRequest.isAddress(name) ? isLiteral(name) : name.matches(NAME),
                    "extra-names has '" + name + "', which is neither a lower-case DNS name nor an address");
        }
    }

    /** Names that every certificate carries. */
    public List<String> extras() {
        return extraNames == null ? List.of() : List.copyOf(extraNames);
    }

    public LeafForm form() {
        var subject = new ArrayList<Attribute>();
        attribute("country", Attribute.Kind.COUNTRY, country, subject);
        attribute("province", Attribute.Kind.PROVINCE, province, subject);
        attribute("locality", Attribute.Kind.LOCALITY, locality, subject);
        attribute("organization", Attribute.Kind.ORGANIZATION, organization, subject);
        attribute("organizational-unit", Attribute.Kind.ORGANIZATIONAL_UNIT, organizationalUnit, subject);
        return new LeafForm(
                keyUsage == null
                        ? EnumSet.of(KeyUse.DIGITAL_SIGNATURE, KeyUse.KEY_ENCIPHERMENT)
                        : EnumSet.copyOf(keyUsage),
                extendedKeyUsage == null ? EnumSet.of(Purpose.SERVER_AUTH) : EnumSet.copyOf(extendedKeyUsage),
                commonName == null || commonName,
                subject);
    }

    private static void attribute(String key, Attribute.Kind kind, @Nullable String value, List<Attribute> into) {
        if (value == null) {
            return;
        }
        try {
            into.add(new Attribute(kind, value));
        } catch (IllegalArgumentException unfit) {
            throw new IllegalArgumentException(key + " cannot be used: " + unfit.getMessage(), unfit);
        }
    }

    private static boolean isLiteral(String name) {
        try {
            var unused = AddressRange.address(name);
            return true;
        } catch (IllegalArgumentException none) {
            return false;
        }
    }
}
