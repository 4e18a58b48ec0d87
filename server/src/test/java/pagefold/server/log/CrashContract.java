package pagefold.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pagefold.model.MemoryEvent;
import pagefold.server.wire.Seed;

/** Kills a real process at random moments and compares the log with the acknowledgements that came out before. */
abstract class CrashContract {
    private static final int ROUNDS = 12;
    private static final int MOST_LINES = 1500;
    private static final int MOST_MILLIS = 1200;
    private static final int MOST_MICROS = 20_000;
    private static final Pattern ACK = Pattern.compile("ack (\\S+) (\\d+) (\\d+) (\\S+);");

    TestDatabase database;
    private @Nullable Process child;

    /** A new database for a test. */
    abstract TestDatabase newDatabase();

    @BeforeEach
    void makeDatabase() {
        database = newDatabase();
    }

    /** One acknowledgement, kept outside the process that dies. */
    private record Acknowledged(String simulation, long first, long last, String commandId) {}

    @AfterEach
    void killChild() throws InterruptedException {
        if (child != null) {
            child.destroyForcibly().waitFor();
        }
    }

    Process start(long seed) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashWriter.class.getName(),
                        database.location().directory().toString(),
                        String.valueOf(seed))
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(PostgresServer.environment(database.location()));
        child = builder.start();
        return child;
    }

    @Test
    void nothing_acknowledged_is_lost_or_there_twice_after_kill_9() throws Exception {
        RandomGenerator random = Seed.forTest("nothing_acknowledged_is_lost_or_there_twice_after_kill_9");
        List<Acknowledged> ledger = new ArrayList<>();
        for (int round = 1; round <= ROUNDS; round++) {
            Process process = start(random.nextLong());
            // By lines: killed while it writes. By time: perhaps while it starts and recovers from the last kill.
            int lines = random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(MOST_LINES);
            int millis = lines == 0 ? random.nextInt(MOST_MILLIS) : 0;
            int before = ledger.size();

            runAndKill(process, lines, millis, random.nextInt(MOST_MICROS), ledger);

            System.out.printf(
                    "round %d: %d acknowledgements (%s)%n",
                    round,
                    ledger.size() - before,
                    lines == 0 ? "killed after " + millis + " ms" : "killed after " + lines);
            // In the other rounds the next process meets what the last one left.
            if (random.nextBoolean() || round == ROUNDS) {
                compare(ledger);
            }
        }
        assertThat(ledger).as("acknowledgements in all rounds").hasSizeGreaterThan(ROUNDS);
    }

    private static void runAndKill(Process process, int lines, int millis, int delayMicros, List<Acknowledged> ledger)
            throws IOException, InterruptedException {
        try (BufferedReader out = process.inputReader(StandardCharsets.US_ASCII)) {
            if (lines == 0) {
                assertThat(process.waitFor(millis, TimeUnit.MILLISECONDS)).isFalse();
            }
            for (int i = 0; i < lines; i++) {
                take(Objects.requireNonNull(out.readLine(), "expected a line, but the process ended"), ledger);
            }
            process.waitFor(delayMicros, TimeUnit.MICROSECONDS);
            // By the handle: the process itself would close its output, with what is still in the pipe.
            process.toHandle().destroyForcibly();
            // What it said before it died is in the pipe: acknowledged is acknowledged.
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                take(line, ledger);
            }
        }
        assertThat(process.waitFor()).isEqualTo(128 + 9);
    }

    private static void take(String line, List<Acknowledged> ledger) {
        assertThat(line).doesNotStartWith("failed");
        Matcher ack = ACK.matcher(line);
        if (ack.matches()) {
            ledger.add(new Acknowledged(
                    ack.group(1), Long.parseLong(ack.group(2)), Long.parseLong(ack.group(3)), ack.group(4)));
        } else {
            // The line of the start, or one that the kill cut off; a complete one ends with a semicolon.
            assertThat(line.equals("open;") || !line.endsWith(";")).as(line).isTrue();
        }
    }

    private void compare(List<Acknowledged> ledger) {
        try (EventLog log = database.open(Clock.systemUTC())) {
            for (LoggedSimulation simulation : log.list(LoggedSimulation.NameRange.ALL, "", 1000)) {
                Set<String> texts = new HashSet<>();
                List<RecordedEvent> history = log.read(simulation.name(), 1, Integer.MAX_VALUE);
                assertThat(history).hasSize((int) simulation.head());
                for (int i = 0; i < history.size(); i++) {
                    RecordedEvent event = history.get(i);
                    String commandId = Objects.requireNonNull(event.commandId());
                    String text = CrashWriter.text(simulation.name(), i + 1, commandId);
                    assertThat(event.position()).isEqualTo(i + 1);
                    assertThat(event.event()).isEqualTo(new MemoryEvent.Annotated(null, text));
                    assertThat(texts.add(text)).as("once: " + text).isTrue();
                }
            }
            for (Acknowledged ack : ledger) {
                assertThat(log.command(ack.simulation(), ack.commandId()))
                        .as(ack.toString())
                        .isEqualTo(new CommandRecord(ack.first(), ack.last(), CrashWriter.digest(ack.commandId())));
                LoggedSimulation simulation = Objects.requireNonNull(log.find(ack.simulation()));
                assertThat(simulation.head()).isGreaterThanOrEqualTo(ack.last());
            }
        }
    }
}
