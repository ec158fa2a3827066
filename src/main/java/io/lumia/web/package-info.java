/** The admin API. */
@NullMarked
package io.lumia.web;

import org.jspecify.annotations.NullMarked;
