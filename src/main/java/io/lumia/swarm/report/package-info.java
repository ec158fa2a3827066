/** What a run of the swarm came to: limits, JSON, and one page of HTML. */
@NullMarked
package io.lumia.swarm.report;

import org.jspecify.annotations.NullMarked;
