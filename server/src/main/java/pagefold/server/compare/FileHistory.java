package pagefold.server.compare;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import pagefold.model.Decision;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryEvent;
import pagefold.model.Rejection;
import pagefold.model.Simulation;
import pagefold.server.importer.ImportOutcome;
import pagefold.server.importer.ImportReport;
import pagefold.server.importer.ImportedCommand;
import pagefold.server.importer.MalformedLine;
import pagefold.server.importer.MapsImporter;
import pagefold.server.importer.OnExit;
import pagefold.server.importer.StraceImporter;
import pagefold.server.importer.StraceOptions;
import pagefold.server.wire.HistoryFile;
import pagefold.server.wire.MalformedJson;

/**
 * A history from a file. It is in no log, and gone when nobody looks at it any more.
 *
 * <p>Lines of a trace and of {@code maps} that make no sense are counted and passed over, since tools write much beside;
 * in a file of events the first one ends the reading, since the events behind it mean nothing without it.
 *
 * @param format of the file
 * @param events in order, the first one at position 1
 * @param end the state after all of them
 * @param report what was read
 */
public record FileHistory(Format format, List<MemoryEvent> events, Simulation end, ImportReport report) {
    /** Most bytes of a file that a server is sent. */
    public static final int MAX_BYTES = 16 << 20;
    /** Most events that a file may lead to. */
    public static final int MAX_EVENTS = 1 << 18;

    private static final int PAGE_BYTES = 4096;
    /** The space of a process that is not named in the file. */
    private static final String SPACE = "process";

    private static final Pattern MAPS = Pattern.compile("[0-9a-f]{1,16}-[0-9a-f]{1,16} [r-][w-][x-][ps] .*");

    public FileHistory {
        events = List.copyOf(events);
    }

    /** Who has written a file. */
    public enum Format {
        /** Linux, as {@code /proc/PID/maps}. */
        MAPS,
        /** {@code strace -f}. */
        STRACE,
        /** Pagefold, as {@code sim export}: a header and the events in order. */
        EVENTS
    }

    /** A file that leads to no history. */
    public static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final Format format;
        private final long line;
        private final String reason;

        Unreadable(Format format, long line, String reason) {
            super("line " + line + ": " + reason);
            this.format = format;
            this.line = line;
            this.reason = reason;
        }

        /** As what the file was read. */
        public Format format() {
            return format;
        }

        /** The line that is in the way, from 1. */
        public long line() {
            return line;
        }

        /** Why. */
        public String reason() {
            return reason;
        }
    }

    /** What a file is, by its first line that is not empty: JSON, a line of {@code maps}, or else a trace. */
    public static Format formatOf(byte[] file) {
        int start = 0;
        while (start < file.length && Character.isWhitespace(file[start])) {
            start++;
        }
        if (start < file.length && file[start] == '{') {
            return Format.EVENTS;
        }
        int end = start;
        while (end < file.length && file[end] != '\n' && end - start < PAGE_BYTES) {
            end++;
        }
        String line = new String(file, start, end - start, StandardCharsets.UTF_8);
        return MAPS.matcher(line).lookingAt() ? Format.MAPS : Format.STRACE;
    }

    /**
     * Reads a file.
     *
     * @param file UTF-8; what is none reads as replacement characters, but for events, where it is an error
     * @throws Unreadable when it leads to no history, or to more than {@value #MAX_EVENTS} events
     */
    public static FileHistory read(Format format, byte[] file) {
        return switch (format) {
            case MAPS -> imported(format, MapsImporter.read(lines(file), SPACE, true));
            case STRACE ->
                imported(
                        format,
                        StraceImporter.read(lines(file), new StraceOptions(true, OnExit.KEEP_ROOT, PAGE_BYTES, SPACE)));
            case EVENTS -> recorded(file);
        };
    }

    private static List<String> lines(byte[] file) {
        return new String(file, StandardCharsets.UTF_8).lines().toList();
    }

    private static FileHistory imported(Format format, ImportOutcome outcome) {
        ImportReport report = outcome.report();
        if (!(outcome instanceof ImportOutcome.Completed(List<ImportedCommand> commands, ImportReport all))) {
            throw new IllegalStateException("expected a lenient import to go on, but " + outcome);
        }
        Taker taker = new Taker(format);
        for (ImportedCommand command : commands) {
            taker.take(command.lineNumber(), command.command());
        }
        boolean mapsNothing = taker.events.stream().noneMatch(MemoryEvent.RangeMapped.class::isInstance);
        if (mapsNothing) {
            MalformedLine first =
                    report.malformed().isEmpty() ? null : report.malformed().getFirst();
            throw new Unreadable(
                    format,
                    first == null ? 1 : first.lineNumber(),
                    "none of " + report.lines() + " lines maps anything"
                            + (first == null ? "" : "; " + first.reason()));
        }
        return new FileHistory(format, taker.events, taker.state, report);
    }

    private static FileHistory recorded(byte[] file) {
        Taker taker = new Taker(Format.EVENTS);
        long number = 0;
        long expected = -1;
        for (int start = 0; start < file.length; ) {
            int end = start;
            while (end < file.length && file[end] != '\n') {
                end++;
            }
            byte[] line = Arrays.copyOfRange(file, start, end);
            start = end + 1;
            number++;
            try {
                if (number == 1) {
                    expected = HistoryFile.header(line).position();
                } else {
                    taker.take(number, HistoryFile.event(line, taker.events.size() + 1L));
                }
            } catch (MalformedJson e) {
                throw new Unreadable(Format.EVENTS, number, String.valueOf(e.getMessage()));
            }
        }
        if (taker.events.size() != expected) {
            throw new Unreadable(
                    Format.EVENTS,
                    Math.max(1, number),
                    "expected as many events as the header says, " + Math.max(0, expected) + ", but there are "
                            + taker.events.size());
        }
        ImportReport report =
                new ImportReport(number, expected, taker.state.spaces().size(), Map.of(), Map.of(), List.of(), 0);
        return new FileHistory(Format.EVENTS, taker.events, taker.state, report);
    }

    /** Decides everything again, so that no event is there that cannot have happened. */
    private static final class Taker {
        private final Format format;
        private final List<MemoryEvent> events = new ArrayList<>();
        private Simulation state = Simulation.EMPTY;

        Taker(Format format) {
            this.format = format;
        }

        void take(long line, MemoryEvent event) {
            if (event instanceof MemoryEvent.PluginSelected) {
                add(line, event);
            } else if (!event.equals(take(line, MemoryCommand.repeating(event)))) {
                throw new Unreadable(format, line, "another event would happen there");
            }
        }

        @Nullable
        MemoryEvent take(long line, MemoryCommand command) {
            return switch (state.decide(command)) {
                case Decision.Accepted(MemoryEvent event) -> add(line, event);
                case Decision.Rejected(Rejection rejection) ->
                    throw new Unreadable(format, line, "this cannot happen there: " + rejection.sentence());
            };
        }

        private MemoryEvent add(long line, MemoryEvent event) {
            if (events.size() == MAX_EVENTS) {
                throw new Unreadable(format, line, "expected at most " + MAX_EVENTS + " events, but this is one more");
            }
            events.add(event);
            state = state.evolve(event);
            return event;
        }
    }
}
