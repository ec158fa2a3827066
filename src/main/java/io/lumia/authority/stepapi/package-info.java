/** The HTTP API that the step CLI speaks: provisioners, one-time tokens, sign, renew, rekey and revoke. */
@NullMarked
package io.lumia.authority.stepapi;

import org.jspecify.annotations.NullMarked;
