/** When a certificate is renewed and retried: decisions as pure functions of their arguments. */
@NullMarked
package io.lumia.lifecycle;

import org.jspecify.annotations.NullMarked;
