package io.lumia.broker;

import io.lumia.access.TopicFilter;

/**
 * What a session wants (MQTT 5, 3.8.3.1).
 *
 * @param qos granted, 0 or 1
 * @param noLocal not the messages of this very session
 * @param retainAsPublished keep the RETAIN flag of what is passed on
 */
record Subscription(Session session, TopicFilter filter, int qos, boolean noLocal, boolean retainAsPublished) {}
