/** What happens, told to browsers as server-sent events. */
@NullMarked
package io.lumia.web.live;

import org.jspecify.annotations.NullMarked;
