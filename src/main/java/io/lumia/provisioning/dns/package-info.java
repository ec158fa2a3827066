/** The fleet's names, for a CA that is not ours: its challenges then go to the addresses that were whitelisted. */
@NullMarked
package io.lumia.provisioning.dns;

import org.jspecify.annotations.NullMarked;
