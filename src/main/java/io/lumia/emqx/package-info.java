/** EMQX 5 as the broker of a fleet: its REST API, its configuration, and revocations carried over to it. */
@NullMarked
package io.lumia.emqx;

import org.jspecify.annotations.NullMarked;
