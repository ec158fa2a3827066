/** A real step-ca in the place of the embedded authority: it signs, this keeps names and records. */
@NullMarked
package io.lumia.stepca;

import org.jspecify.annotations.NullMarked;
