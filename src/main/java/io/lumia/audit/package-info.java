/** The audit log: who did what, and what came of it, one JSON line each. */
@NullMarked
package io.lumia.audit;

import org.jspecify.annotations.NullMarked;
