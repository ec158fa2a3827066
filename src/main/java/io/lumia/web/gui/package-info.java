/** The web interface: pages rendered here, completed by a little script in the browser. */
@NullMarked
package io.lumia.web.gui;

import org.jspecify.annotations.NullMarked;
