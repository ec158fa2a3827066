/** Signature providers, key generation and files that hold keys. */
@NullMarked
package io.lumia.crypto;

import org.jspecify.annotations.NullMarked;
