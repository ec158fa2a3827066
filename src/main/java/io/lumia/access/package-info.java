/** Who may do what: topic filters and rules, address ranges. Pure, on the JDK alone. */
@NullMarked
package io.lumia.access;

import org.jspecify.annotations.NullMarked;
