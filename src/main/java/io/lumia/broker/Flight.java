package io.lumia.broker;

import io.lumia.broker.StoredCopy.Stage;

/** A message that has a packet id; QoS 2: until PUBREC came, then only the id counts (MQTT 5, 4.3.3). One thread at a time. */
final class Flight {
    private final Delivery delivery;
    private boolean sent;
    private boolean received;
    private int unwritten;

    Flight(Delivery delivery) {
        this.delivery = delivery;
    }

    static Flight restored(Delivery delivery, Stage stage) {
        var flight = new Flight(delivery);
        flight.sent = true;
        flight.received = stage == Stage.RECEIVED;
        return flight;
    }

    Delivery delivery() {
        return delivery;
    }

    int size() {
        return delivery.message().size();
    }

    int qos() {
        return delivery.qos();
    }

    /** Notes that it is sent. @return whether it may have been sent before */
    boolean sending() {
        boolean again = sent;
        sent = true;
        return again;
    }

    boolean isReceived() {
        return received;
    }

    void received() {
        received = true;
    }

    /** Its next step is being stored and must not be taken before that. */
    void writing() {
        unwritten++;
    }

    /** @return whether everything is stored now */
    boolean written() {
        return --unwritten == 0;
    }

    boolean isUnwritten() {
        return unwritten > 0;
    }
}
