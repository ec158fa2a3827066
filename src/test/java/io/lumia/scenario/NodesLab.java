package io.lumia.scenario;

import io.lumia.fakes.PostgresServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** Several nodes in networks of their own over one PostgreSQL, behind a balancer; each reaches the database through a relay that can be cut. */
final class NodesLab implements AutoCloseable {
    static final String TOKEN = "soak-token-of-many-bits-0123456789abcdef";
    static final int ENROLMENTS_A_MINUTE = 120;
    static final int ENROLMENTS_AT_ONCE = 10;
    /** Beside the load, on few processors. */
    private static final Duration START = Duration.ofMinutes(4);

    private static final int HTTPS = 9000;
    private static final int LOGGED = 200;

    final NodesNetwork network;
    final Balancer front;
    private final PostgresServer postgres;
    private final String database;
    private final Path directory;
    private final List<Balancer> relays = new ArrayList<>();
    private final List<LumiaProcess.Setup> setups = new ArrayList<>();
    private final List<LumiaProcess> running = new ArrayList<>();
    /** Until when each was, or may still be, without the database. */
    private final Map<Integer, Instant> cut = new ConcurrentHashMap<>();

    /** @param challengePort where the clients answer challenges, at {@link NodesNetwork#outside} */
    NodesLab(Path directory, int nodes, NodesNetwork network, int challengePort) throws Exception {
        this.directory = directory;
        this.network = network;
        postgres = PostgresServer.start();
        var url = postgres.database();
        database = url.substring(url.lastIndexOf('/') + 1);
        front = new Balancer(
                network.outside(),
                IntStream.rangeClosed(1, nodes)
                        .mapToObj(node -> new InetSocketAddress(network.address(node), HTTPS))
                        .toArray(InetSocketAddress[]::new));
        for (int node = 1; node <= nodes; node++) {
            relays.add(new Balancer(network.outside(), new InetSocketAddress("127.0.0.1", postgres.port())));
            setups.add(setup(node, nodes, challengePort));
            running.add(null);
        }
    }

    private LumiaProcess.Setup setup(int node, int nodes, int challengePort) {
        var own = network.address(node);
        var members = IntStream.rangeClosed(1, nodes)
                .mapToObj(each -> network.address(each) + ":5701")
                .toList();
        return LumiaProcess.run(directory.resolve("node" + node))
                .within(network.entrance(node))
                .environment("LUMIA_STORE_PASSWORD", PostgresServer.PASSWORD)
                .environment("LUMIA_WEB_TOKEN", TOKEN)
                .with("parts", "authority, provisioning, web")
                .with(
                        "store.url",
                        "postgresql://" + network.outside() + ":"
                                + relays.get(node - 1).port() + "/" + database)
                .with("store.user", PostgresServer.USER)
                .with("cluster.enabled", nodes > 1)
                .with("cluster.node", "node" + node)
                .with("cluster.host", own)
                .with("cluster.members", String.join(", ", members))
                .with("authority.host", "0.0.0.0")
                .with("provisioning.host", "0.0.0.0")
                .with("authority.public-url", url())
                .with("authority.names", network.outside() + ", " + own)
                .with("authority.acme.http01-port", challengePort)
                .with("authority.acme.allowed-networks", network.outside() + "/32")
                .with("provisioning.whitelist", network.outside() + "/32")
                .with("provisioning.enabled", true)
                .with("provisioning.off-after", "0s")
                .with("provisioning.requests-per-minute", ENROLMENTS_A_MINUTE)
                .with("provisioning.burst", ENROLMENTS_AT_ONCE)
                .with("log.level", "warn")
                .with("web.host", own)
                .with("web.names", own);
    }

    /** Starts all: the first one makes the CA, the others get a copy of it. */
    void start() throws Exception {
        start(1);
        for (int node = 2; node <= setups.size(); node++) {
            copy(directory.resolve("node1/ca"), directory.resolve("node" + node + "/ca"));
            begin(node);
        }
        for (int node = 2; node <= setups.size(); node++) {
            node(node).awaitReady(START);
        }
    }

    void begin(int node) throws IOException {
        running.set(node - 1, setups.get(node - 1).start());
    }

    void start(int node) throws Exception {
        begin(node);
        node(node).awaitReady(START);
        front.admit(node - 1);
    }

    LumiaProcess node(int node) {
        return running.get(node - 1);
    }

    int nodes() {
        return setups.size();
    }

    /** Of the balancer: the address that certificates and clients know. */
    String url() {
        return "https://" + network.outside() + ":" + front.port();
    }

    String direct(int node) {
        return "https://" + network.address(node) + ":" + HTTPS;
    }

    String plain(int node) {
        return "http://" + network.address(node) + ":9001";
    }

    String provisioning(int node) {
        return "http://" + network.address(node) + ":8080/v1/certificates";
    }

    String admin(int node) {
        return "https://" + network.address(node) + ":8502";
    }

    Path ca() {
        return directory.resolve("node1/ca");
    }

    void tellLogs() {
        for (int node = 1; node <= nodes(); node++) {
            var lines = node(node).errLines();
            System.out.println("--- node " + node);
            lines.subList(Math.max(0, lines.size() - LOGGED), lines.size()).forEach(System.out::println);
        }
    }

    /** Whether it cannot reach the database, or could not a moment ago; then it serves the last CRL that it knows. */
    boolean isCutOff(int node) {
        return Instant.now().isBefore(cut.getOrDefault(node, Instant.MIN));
    }

    /** It sleeps, or is cut off, from now on. */
    void away(int node) {
        cut.put(node, Instant.MAX);
    }

    /** Connections that broke are replaced within a while. */
    void back(int node) {
        cut.put(node, Instant.now().plusSeconds(15));
    }

    void cutDatabase(int node) {
        away(node);
        relays.get(node - 1).drop(0);
    }

    void giveDatabase(int node) {
        relays.get(node - 1).admit(0);
        back(node);
    }

    Connection query() throws Exception {
        return DriverManager.getConnection(
                "jdbc:" + postgres.url(database), PostgresServer.USER, PostgresServer.PASSWORD);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                var target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else if (!file.toString().endsWith(".crl") && !file.toString().endsWith("revocations.log")) {
                    Files.copy(file, target, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        running.stream().filter(java.util.Objects::nonNull).forEach(LumiaProcess::close);
        for (Balancer relay : relays) {
            relay.close();
        }
        front.close();
        postgres.close();
    }
}
