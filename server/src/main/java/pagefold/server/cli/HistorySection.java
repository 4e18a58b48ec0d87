package pagefold.server.cli;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import pagefold.host.PluginHost;
import pagefold.model.Decision;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryEvent;
import pagefold.model.PluginBinding;
import pagefold.model.Simulation;
import pagefold.server.log.NewBatch;
import pagefold.server.log.PastBatch;
import pagefold.server.replay.History;
import pagefold.server.replay.Replayed;
import pagefold.server.replay.Replayer;
import pagefold.server.replay.Trouble;
import pagefold.server.wire.HistoryFile;
import pagefold.server.wire.MalformedJson;

/** The lines of one history in a file: from a header to the next one. */
final class HistorySection {
    private static final byte[] HEADER = "{\"history\"".getBytes(StandardCharsets.UTF_8);
    /** Most bytes of lines that become one row; the row's own JSON has about as many. */
    private static final int MAX_ROW_BYTES = 16 << 20;

    private final String file;
    private final int firstLine;
    private final List<byte[]> lines = new ArrayList<>();

    /** A history that cannot be taken; the message is a sentence. */
    static final class Wrong extends Exception {
        private static final long serialVersionUID = 1;

        Wrong(String sentence) {
            super(sentence);
        }
    }

    /** A history that may be put into a log. */
    record History(String simulation, List<MemoryEvent> events, List<PastBatch> rows) {}

    private HistorySection(String file, int firstLine) {
        this.file = file;
        this.firstLine = firstLine;
    }

    /** All of a file, in order. */
    static List<HistorySection> of(String file, byte[] bytes) {
        List<HistorySection> sections = new ArrayList<>();
        int number = 0;
        for (int start = 0; start < bytes.length; ) {
            int end = start;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            number++;
            byte[] line = Arrays.copyOfRange(bytes, start, end);
            if (isHeader(line)) {
                sections.add(new HistorySection(file, number));
            }
            if (sections.isEmpty()) {
                throw CliFailure.usage(file + " is no file of histories: its first line is no header");
            }
            sections.getLast().lines.add(line);
            start = end + 1;
        }
        if (sections.isEmpty()) {
            throw CliFailure.usage(file + " is empty");
        }
        return sections;
    }

    private static boolean isHeader(byte[] line) {
        return line.length > HEADER.length && Arrays.equals(line, 0, HEADER.length, HEADER, 0, HEADER.length);
    }

    /** What the lines say, as far as each can be read by itself. */
    record Parsed(String simulation, List<HistoryFile.Recorded> events) {}

    /** Reads the lines; there are as many events as the header says. */
    Parsed parsed() throws Wrong {
        int number = firstLine;
        try {
            HistoryFile.Header header = HistoryFile.header(lines.getFirst());
            List<HistoryFile.Recorded> events = new ArrayList<>(lines.size());
            for (int i = 1; i < lines.size(); i++) {
                number++;
                events.add(HistoryFile.recorded(lines.get(i), i));
            }
            if (events.size() != header.position()) {
                throw new Wrong(file + " has " + events.size() + " events of '" + header.simulation()
                        + "', but its header says " + header.position() + ".");
            }
            return new Parsed(header.simulation(), events);
        } catch (MalformedJson e) {
            throw new Wrong(file + ", line " + number + ": " + e.getMessage());
        }
    }

    /** Reads the lines, decides every event, and has the plugin that is selected last check all of them. */
    History read(PluginHost host) throws Wrong {
        Parsed parsed = parsed();
        List<MemoryEvent> events = new ArrayList<>(parsed.events().size());
        Rows rows = new Rows();
        Simulation state = Simulation.EMPTY;
        for (HistoryFile.Recorded recorded : parsed.events()) {
            events.add(recorded.event());
            state = evolved(state, recorded.event(), firstLine + events.size());
            rows.add(recorded, lines.get(events.size()).length);
        }
        check(host, parsed.simulation(), state.binding(), events);
        return new History(parsed.simulation(), events, rows.finish());
    }

    private Simulation evolved(Simulation state, MemoryEvent event, int number) throws Wrong {
        boolean isSelection = event instanceof MemoryEvent.PluginSelected;
        if (state.position() == 0 && !isSelection) {
            throw new Wrong(file + ", line " + number + ": expected the selection of a plugin first.");
        }
        if (!isSelection) {
            switch (state.decide(MemoryCommand.repeating(event))) {
                case Decision.Rejected rejected ->
                    throw new Wrong(file + ", line " + number + ": the event cannot happen there. "
                            + rejected.rejection().sentence());
                case Decision.Accepted accepted -> {
                    if (!accepted.event().equals(event)) {
                        throw new Wrong(file + ", line " + number + ": another event would happen there.");
                    }
                }
            }
        }
        return state.evolve(event);
    }

    private void check(PluginHost host, String simulation, @Nullable PluginBinding binding, List<MemoryEvent> events)
            throws Wrong {
        if (binding == null) {
            throw new Wrong(file + ", line " + firstLine + ": the history of '" + simulation + "' has no events.");
        }
        switch (Replayer.tried(host, binding, pagefold.server.replay.History.of(events))) {
            case Replayed.Complete complete -> {}
            case Replayed.Refused refused ->
                throw new Wrong(file + ", line "
                        + (firstLine + refused.events().getFirst().position()) + ": the plugin cannot hold the event. "
                        + refused.events().getFirst().rejection().sentence());
            case Replayed.WithoutModel(Simulation state, Trouble.PluginMissing missing) -> {
                // One that was added to a server: what it can hold is found out when the simulation is opened.
            }
            case Replayed.WithoutModel without ->
                throw new Wrong("The plugin failed at the history of '" + simulation + "': " + without.trouble() + ".");
        }
    }

    /** Puts events of one time into one row, and those of one sender into one unit. */
    private static final class Rows {
        private final List<PastBatch> rows = new ArrayList<>();
        private final List<NewBatch.Unit> units = new ArrayList<>();
        private final List<MemoryEvent> events = new ArrayList<>();
        private HistoryFile.@Nullable Recorded last;
        private int count;
        private int bytes;

        void add(HistoryFile.Recorded next, int length) {
            HistoryFile.Recorded before = last;
            if (before != null) {
                boolean isSameRow = before.timeMillis() == next.timeMillis()
                        && count < NewBatch.MAX_EVENTS
                        && bytes + length <= MAX_ROW_BYTES;
                boolean isSameUnit = isSameRow
                        && Objects.equals(before.actor(), next.actor())
                        && Objects.equals(before.correlation(), next.correlation())
                        && Objects.equals(before.causation(), next.causation());
                if (!isSameUnit) {
                    endUnit(before);
                }
                if (!isSameRow) {
                    endRow(before);
                }
            }
            last = next;
            count++;
            bytes += length;
            events.add(next.event());
        }

        private void endUnit(HistoryFile.Recorded of) {
            units.add(new NewBatch.Unit(events, null, null, of.correlation(), of.causation(), of.actor()));
            events.clear();
        }

        private void endRow(HistoryFile.Recorded of) {
            rows.add(new PastBatch(of.timeMillis(), new NewBatch(units)));
            units.clear();
            count = 0;
            bytes = 0;
        }

        List<PastBatch> finish() {
            HistoryFile.Recorded of = last;
            if (of != null) {
                endUnit(of);
                endRow(of);
            }
            return rows;
        }
    }
}
