/** What must survive a crash: certificates, revocations, claims, ACME state, settings and the audit log. */
@NullMarked
package io.lumia.store;

import org.jspecify.annotations.NullMarked;
