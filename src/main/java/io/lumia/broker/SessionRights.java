package io.lumia.broker;

import io.lumia.access.Standing;
import io.lumia.access.TopicRights;
import io.lumia.access.TopicRights.Reading;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** What the rules give one session, also while its client is away. Written by the thread that has the session's mailbox, see {@link Session}. */
final class SessionRights {
    private Standing standing = Standing.GUEST;
    private @Nullable TopicRights rights;
    /** Null: every subscription may be read as a whole. */
    private volatile @Nullable TopicRights reading;

    /** Of the client, which decides on topics of its own. */
    Standing standing() {
        return standing;
    }

    void standing(Standing now) {
        standing = now;
    }

    /** @return whether what may be read is another now */
    boolean replace(TopicRights now, Collection<Subscription> subscriptions) {
        rights = now;
        var before = reading;
        boolean all = subscriptions.stream().allMatch(each -> now.reading(each.filter()) == Reading.ALL);
        reading = all ? null : now;
        return before != reading;
    }

    void subscribed(Subscription added) {
        if (rights != null && rights.reading(added.filter()) != Reading.ALL) {
            reading = rights;
        }
    }

    /** From any thread. */
    boolean mayRead(String topic) {
        var limited = reading;
        return limited == null || limited.mayRead(topic);
    }

    boolean mayPublish(String topic) {
        return rights == null || rights.mayPublish(topic);
    }
}
