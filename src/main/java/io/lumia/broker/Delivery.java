package io.lumia.broker;

/**
 * A message on its way to one session.
 *
 * @param qos at which it is sent, 0 or 1
 * @param retain the flag it is sent with
 */
record Delivery(Message message, int qos, boolean retain) {}
