package io.lumia.access;

import io.lumia.access.MosquittoAcl.Access;
import java.util.List;

/** What one client may do: what the rules give, and what an ACL file gives and takes away. */
public final class TopicRights {
    private final List<TopicFilter> publish;
    private final List<TopicFilter> subscribe;
    private final AclSections file;

    /** How much of what a filter matches a client may read. */
    public enum Reading {
        ALL,
        SOME,
        NONE
    }

    /**
     * @param publish filters of topics it may publish to
     * @param subscribe filters of topics it may read
     */
    public TopicRights(List<TopicFilter> publish, List<TopicFilter> subscribe) {
        this(publish, subscribe, AclSections.NONE);
    }

    TopicRights(List<TopicFilter> publish, List<TopicFilter> subscribe, AclSections file) {
        this.publish = List.copyOf(publish);
        this.subscribe = List.copyOf(subscribe);
        this.file = file;
    }

    /** Topics that begin with {@code $} are the broker's own. */
    public boolean mayPublish(String topic) {
        return !topic.startsWith("$") && may(topic, Access.WRITE, publish);
    }

    /** Whether a message to this topic may be passed on to the client. */
    public boolean mayRead(String topic) {
        return may(topic, Access.READ, subscribe);
    }

    /** A denial in the file also holds against the rules. */
    private boolean may(String topic, Access wanted, List<TopicFilter> rules) {
        return switch (file.of(topic, wanted)) {
            case ALLOWED -> true;
            case DENIED -> false;
            case SILENT -> rules.stream().anyMatch(filter -> filter.matches(topic));
        };
    }

    /** Whether a subscription is granted. By the rules one filter must cover it all; by an ACL file it is enough that some of it may be read. */
    public boolean maySubscribe(TopicFilter asked) {
        return reading(asked) != Reading.NONE;
    }

    /** With {@link Reading#SOME} each message must be looked at by {@link #mayRead}. */
    public Reading reading(TopicFilter asked) {
        if (file.deniesAllOf(asked)) {
            return Reading.NONE;
        }
        boolean all = file.readsAllOf(asked) || subscribe.stream().anyMatch(filter -> filter.covers(asked));
        if (all) {
            return file.deniesSomeOf(asked) ? Reading.SOME : Reading.ALL;
        }
        return file.readsSomeOf(asked) ? Reading.SOME : Reading.NONE;
    }
}
