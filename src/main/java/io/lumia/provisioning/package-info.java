/** First certificates for whitelisted devices, over plain HTTP: toggle, timer, whitelist. */
@NullMarked
package io.lumia.provisioning;

import org.jspecify.annotations.NullMarked;
