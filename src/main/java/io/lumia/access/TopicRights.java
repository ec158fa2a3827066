package io.lumia.access;

import java.util.List;

/**
 * What one client may do.
 *
 * @param publish filters of topics it may publish to
 * @param subscribe filters that must cover what it subscribes to
 */
public record TopicRights(List<TopicFilter> publish, List<TopicFilter> subscribe) {
    public TopicRights {
        publish = List.copyOf(publish);
        subscribe = List.copyOf(subscribe);
    }

    /** Topics that begin with {@code $} are the broker's own. */
    public boolean mayPublish(String topic) {
        return !topic.startsWith("$") && publish.stream().anyMatch(filter -> filter.matches(topic));
    }

    /** Only when one allowed filter covers all that the asked one matches. */
    public boolean maySubscribe(TopicFilter asked) {
        return subscribe.stream().anyMatch(filter -> filter.covers(asked));
    }
}
