/** Encrypted backups of a data directory or a step-ca directory: made, verified by an actual restore, restored. */
@NullMarked
package io.lumia.backup;

import org.jspecify.annotations.NullMarked;
