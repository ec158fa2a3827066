/** The whole life of one identity: provisioned, kept, connected, renewed, swapped. */
@NullMarked
package io.lumia.agent;

import org.jspecify.annotations.NullMarked;
