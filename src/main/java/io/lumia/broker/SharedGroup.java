package io.lumia.broker;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The members of one shared subscription (MQTT 5, 4.8.2); each message goes to one of them, in turn. */
final class SharedGroup {
    private static final Subscription[] NONE = {};

    private final String text;
    private final AtomicInteger turn = new AtomicInteger();
    private volatile Subscription[] members = NONE;

    /** @param text {@code $share/NAME/FILTER} */
    SharedGroup(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    /** Only the tree calls this, one at a time. @return whether the member is new */
    boolean put(Subscription member) {
        var others = without(member.session());
        boolean fresh = others.length == members.length;
        var next = Arrays.copyOf(others, others.length + 1);
        next[others.length] = member;
        members = next;
        return fresh;
    }

    /** Only the tree calls this, one at a time. @return whether it was a member */
    boolean remove(Session session) {
        var others = without(session);
        boolean removed = others.length < members.length;
        members = others;
        return removed;
    }

    boolean isEmpty() {
        return members.length == 0;
    }

    /** The next that is connected and may read the topic; if none is, the next that keeps a session. */
    @Nullable
    Subscription choose(String topic) {
        return choose(topic, null);
    }

    /** What the chosen one gets. */
    Delivery delivery(Subscription member, Message message) {
        return member.delivery(message, message.retain() && member.retainAsPublished(), this);
    }

    /**
     * Gives another member what this one had not acknowledged.
     *
     * @param ended this one's session is over, so that one which is not connected will do too
     * @return false when there is no other
     */
    boolean passOn(Delivery delivery, Session from, boolean ended) {
        var member = choose(delivery.message().topic(), from);
        if (member == null || !(ended || member.session().isConnected())) {
            return false;
        }
        member.session().takeOver(delivery, member.delivery(delivery.message(), delivery.retain(), this));
        return true;
    }

    private @Nullable Subscription choose(String topic, @Nullable Session not) {
        var all = members;
        int start = turn.getAndIncrement() & Integer.MAX_VALUE;
        @Nullable Subscription offline = null;
        for (int i = 0; i < all.length; i++) {
            var member = all[(int) (((long) start + i) % all.length)];
            if (member.session() == not || !member.session().mayRead(topic)) {
                continue;
            }
            if (member.session().isConnected()) {
                return member;
            }
            offline = offline == null ? member : offline;
        }
        return offline;
    }

    private Subscription[] without(Session session) {
        return Arrays.stream(members)
                .filter(member -> member.session() != session)
                .toArray(Subscription[]::new);
    }
}
