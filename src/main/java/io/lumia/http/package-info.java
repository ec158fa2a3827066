/** What every HTTP listener of the parts shares: problem documents, limits against slow and greedy clients, addresses of requesters. */
@NullMarked
package io.lumia.http;

import org.jspecify.annotations.NullMarked;
