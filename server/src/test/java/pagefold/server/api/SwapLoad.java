package pagefold.server.api;

import static pagefold.server.api.TestServer.createSpace;
import static pagefold.server.api.TestServer.map;
import static pagefold.server.api.TestServer.select;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Measures what writers notice of a swap; arguments: a directory to make, how many events there are before, how many
 * swaps. Of the server's own pause its log tells.
 */
final class SwapLoad {
    private static final int WRITERS = 64;
    private static final int WARM_UP_SWAPS = 4;

    private SwapLoad() {}

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        if (Files.exists(directory)) {
            throw new IllegalArgumentException("expected a directory that does not exist, but " + directory + " does");
        }
        int events = Integer.parseInt(args[1]);
        int swaps = Integer.parseInt(args[2]);
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try (TestServer server = TestServer.start(directory)) {
            server.create("s", "arm64", "4k-48");
            StringBuilder lines = new StringBuilder(createSpace("u")).append('\n');
            for (int i = 0; i < events; i++) {
                lines.append(map("u", 0x1000 + i % 0x8000 * 0x2000L, 0x1000)
                                .replace("\"attributes\":", "\"replace\":true,\"attributes\":"))
                        .append('\n');
            }
            out.println(server.stream("s", lines.toString()).text().lines().count() + " chunks imported");
            try (WriterLoad load = WriterLoad.start(server, "s", WRITERS)) {
                for (int i = 0; i < swaps + WARM_UP_SWAPS; i++) {
                    swap(server, load, i, out);
                }
                load.finish();
                out.println(load.acknowledged() + " commands acknowledged, "
                        + load.failures().size() + " failed");
            }
        }
    }

    /** One swap, and before it as long a time without one. */
    private static void swap(TestServer server, WriterLoad load, int number, PrintStream out) throws Exception {
        long start = System.nanoTime();
        String choice = number % 2 == 0 ? select("arm32", "lpae") : select("arm64", "4k-48");
        load.takeLongestMillis();
        long before = load.acknowledged();
        int status = server.command("s", choice).status();
        double millis = (System.nanoTime() - start) / 1e6;
        double longest = load.takeLongestMillis();
        long written = load.acknowledged() - before;
        Thread.sleep((long) millis);
        out.printf(
                "%s swap %d: status %d after %.0f ms, %d commands meanwhile, the longest took %.1f ms (%.1f ms in as"
                        + " long a time without a swap)%n",
                number < WARM_UP_SWAPS ? "warm-up" : "measured",
                number,
                status,
                millis,
                written,
                longest,
                load.takeLongestMillis());
    }
}
