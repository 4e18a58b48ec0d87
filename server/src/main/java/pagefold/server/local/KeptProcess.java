package pagefold.server.local;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A process that takes signals, and that ends when this one ends, {@code kill -9} included: a shell beside it waits at
 * the other end of a pipe, and kills it, even one that is stopped, when nobody holds this end any more. Ctrl-C in a
 * terminal does not reach it.
 */
final class KeptProcess implements AutoCloseable {
    /** Becomes the process; $1 is the signal that ends it, $2 a folder that goes with it, or nothing. */
    private static final String SCRIPT = """
            trap '' INT
            signal=$1 folder=$2
            shift 2
            exec 3<&0
            (
                exec <&3 >/dev/null 2>&1
                read -r end
                # Whoever ends first closes the pipe.
                kill -0 $$ || exit
                kill -"$signal" $$
                while kill -0 $$; do sleep 0.1; done
                [ -z "$folder" ] || rm -rf "$folder"
            ) &
            exec "$@" </dev/null 3<&-
            """;

    private final Process process;

    private KeptProcess(Process process) {
        this.process = process;
    }

    /**
     * What is started.
     *
     * @param command with its arguments
     * @param environment besides that of this process
     * @param output file that gets what it says, behind what is there
     * @param signal that ends it when nobody keeps it any more
     * @param folder that is removed then, or {@code null}
     */
    record Plan(
            List<String> command,
            Map<String, String> environment,
            Path output,
            String signal,
            @Nullable Path folder) {}

    static KeptProcess start(Plan plan) throws IOException {
        List<String> command = new ArrayList<>();
        // A session of its own: signals of the terminal are for this process alone.
        program("setsid").ifPresent(setsid -> command.add(setsid.toString()));
        command.addAll(List.of("sh", "-c", SCRIPT, "keeper", plan.signal));
        command.add(plan.folder == null ? "" : plan.folder.toString());
        command.addAll(plan.command);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(plan.output.toFile()));
        builder.environment().putAll(plan.environment);
        return new KeptProcess(builder.start());
    }

    /** Where a program of that name is on the PATH. */
    static Optional<Path> program(String name) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            Path candidate = Path.of(folder, name);
            if (Files.isExecutable(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /** A port that nobody uses, now. */
    static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    /** Sends a signal, by its name without SIG; nothing happens when the process has ended. */
    void signal(String name) throws IOException {
        if (!process.isAlive()) {
            return;
        }
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        await(kill.onExit(), 10);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** Completes when it has ended, whoever ended it. */
    CompletableFuture<Process> onExit() {
        return process.onExit();
    }

    /** Waits until it has ended; false when it has not within that time. */
    boolean awaitExit(int seconds) throws IOException {
        return await(process.onExit(), seconds);
    }

    private static boolean await(CompletableFuture<?> end, int seconds) throws IOException {
        try {
            end.get(seconds, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for a process to end", e);
        }
    }

    /** Has the keeper end it, as when this process ended, and waits. */
    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        process.onExit().join();
    }

    /** Removes a folder with all that is in it; somebody else may be removing it, too. */
    static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException | UncheckedIOException e) {
            if (Files.exists(folder)) {
                throw e;
            }
        }
    }

    /**
     * Waits a little before something is looked at again.
     *
     * @param what is going on meanwhile, for whoever is interrupted
     */
    static void pause(long millis, String what) throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + what, e);
        }
    }
}
