package io.lumia.fakes;

import io.lumia.config.TlsConfig;
import io.lumia.mqtt.ClientSession;
import io.lumia.mqtt.Connect;
import io.lumia.mqtt.Ending;
import io.lumia.mqtt.Message;
import io.lumia.mqtt.MqttClient;
import io.lumia.mqtt.MqttConnection;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.SwappableKeys;
import io.lumia.tls.TlsMaterial;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.KeyCertOptions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** Our own client as one identity at a real server; its methods are called from the test's thread. */
public final class MqttPeer implements MqttConnection.Listener {
    public final List<Message> messages = new CopyOnWriteArrayList<>();
    public final List<Ending> endings = new CopyOnWriteArrayList<>();
    private final Vertx vertx;
    private final Context context;
    private final MqttClient client;
    private final MqttClient.Server server;
    private final ClientSession session = new ClientSession(10_000, 100);
    private volatile MqttConnection connection;

    /** @param host how the server's certificate is checked */
    public MqttPeer(Vertx vertx, TlsConfig tls, String host, int port, X509Certificate root, TlsMaterial material) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.client = new MqttClient(vertx, tls);
        var ssl = client.sslOptions()
                .setKeyCertOptions(KeyCertOptions.wrap(new SwappableKeys(material)))
                .setTrustOptions(new FleetTrust(List.of(root)).trustOptions());
        this.server = new MqttClient.Server(host, port, ssl, null, Duration.ofMinutes(1));
    }

    public MqttConnection connect(Connect asked) {
        connection = Await.on(context, () -> client.connect(server, asked, session, this));
        return connection;
    }

    public Throwable refused(Connect asked) {
        return Await.failure(on(() -> client.connect(server, asked, session, this)));
    }

    public Future<Void> publish(String topic, String payload, int qos) {
        return publish(Message.of(topic, Buffer.buffer(payload), qos));
    }

    public Future<Void> publish(Message message) {
        return on(() -> connection.publish(message));
    }

    /** At QoS 1, without waiting on the calling thread: completes when the server has it. */
    public Future<Void> later(String topic, String payload) {
        Promise<Void> done = Promise.promise();
        context.runOnContext(entered ->
                connection.publish(Message.of(topic, Buffer.buffer(payload), 1)).onComplete(done));
        return done.future();
    }

    public void subscribe(String filter, int qos) {
        Await.result(asks(filter, qos));
    }

    public Future<Void> asks(String filter, int qos) {
        return on(() -> connection.subscribe(Map.of(filter, qos)));
    }

    public void disconnect() {
        Await.on(context, () -> connection.disconnect());
    }

    /** Waits until so many messages came; their payloads. */
    public List<String> heard(int messagesAtLeast) {
        Await.until(vertx, messagesAtLeast + " messages", () -> messages.size() >= messagesAtLeast);
        return messages.stream().map(each -> each.payload().toString()).toList();
    }

    public Ending ended() {
        Await.until(vertx, "the connection ends", () -> !endings.isEmpty());
        return endings.get(endings.size() - 1);
    }

    public <T> Future<T> on(Supplier<Future<T>> action) {
        return Await.on(context, () -> Future.succeededFuture(action.get()));
    }

    @Override
    public void message(Message message) {
        messages.add(message);
    }

    @Override
    public void closed(MqttConnection closed, Ending ending) {
        endings.add(ending);
    }
}
