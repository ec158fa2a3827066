/** The whole configuration as records, one per block, and how files, environment and arguments become them. */
@NullMarked
package io.lumia.config;

import org.jspecify.annotations.NullMarked;
