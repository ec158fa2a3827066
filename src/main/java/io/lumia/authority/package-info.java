/** The embedded certificate authority: issues and revokes, and keeps its keys. */
@NullMarked
package io.lumia.authority;

import org.jspecify.annotations.NullMarked;
