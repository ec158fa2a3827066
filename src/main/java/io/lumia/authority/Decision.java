package io.lumia.authority;

import io.lumia.x509.DeviceName;
import io.lumia.x509.Validity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a certificate that may be issued will say.
 *
 * @param identity common name
 * @param names subject alternative names
 * @param device the fleet member it is for; null for other names
 */
record Decision(
        String identity, List<String> names, @Nullable DeviceName device, Validity validity) {}
