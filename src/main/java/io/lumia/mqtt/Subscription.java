package io.lumia.mqtt;

/**
 * One filter of a SUBSCRIBE (MQTT 5, 3.8.3).
 *
 * @param qos the most that is wanted
 * @param retainHandling 0: retained messages are sent, 1: only when the subscription is new, 2: never
 */
public record Subscription(String filter, int qos, boolean noLocal, boolean retainAsPublished, int retainHandling) {
    public Subscription {
        if (qos < 0 || qos > 2 || retainHandling < 0 || retainHandling > 2) {
            throw new IllegalArgumentException("QoS and retain handling are 0, 1 or 2");
        }
    }

    public static Subscription of(String filter, int qos) {
        return new Subscription(filter, qos, false, false, 0);
    }
}
