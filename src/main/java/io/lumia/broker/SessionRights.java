package io.lumia.broker;

import io.lumia.access.TopicRights;
import io.lumia.access.TopicRights.Reading;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** What the rules give one session, also while its client is away. Written by the thread that has the session's mailbox, see {@link Session}. */
final class SessionRights {
    private boolean member;
    private @Nullable TopicRights rights;
    /** Null: every subscription may be read as a whole. */
    private volatile @Nullable TopicRights reading;

    /** Whether the client is a device of the fleet, with topics of its own. */
    boolean isMember() {
        return member;
    }

    void member(boolean is) {
        member = is;
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
