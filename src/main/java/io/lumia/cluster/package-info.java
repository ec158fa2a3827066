/** Several processes as one: how nodes find each other (Hazelcast), and the event bus between them by mutual TLS. */
@NullMarked
package io.lumia.cluster;

import org.jspecify.annotations.NullMarked;
