package pagefold.server.importer;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * A first look at a trace. A new task may show itself before the call that made it has returned; which unfinished call
 * made it stands further down.
 */
final class CloneScan {
    private final Map<Long, Integer> children = new HashMap<>();
    private final Set<Integer> made = new HashSet<>();
    private final Set<Integer> seen = new LinkedHashSet<>();
    private boolean hasBegun;

    private CloneScan() {}

    static boolean isClone(String name) {
        return switch (name) {
            case "fork", "vfork", "clone", "clone2", "clone3" -> true;
            default -> false;
        };
    }

    static CloneScan of(Iterable<String> lines) {
        CloneScan scan = new CloneScan();
        Map<Integer, Long> open = new HashMap<>();
        long number = 0;
        for (String text : lines) {
            number++;
            try {
                StraceLexer.Tagged tagged = StraceLexer.read(text);
                scan.notePid(tagged);
                scan.noteClone(tagged, number, open);
            } catch (LineException e) {
                // Reported when the line is read for good.
                continue;
            }
        }
        return scan;
    }

    private void notePid(StraceLexer.Tagged tagged) {
        if (tagged.line() instanceof StraceLine.Notice) {
            return;
        }
        if (tagged.line() instanceof StraceLine.Attached(int pid)) {
            // Before the first call these are the processes that strace was told to follow, later their children.
            Set<Integer> kind = hasBegun ? made : seen;
            kind.add(pid);
            return;
        }
        hasBegun = true;
        if (tagged.pid() != StraceLexer.NO_PID) {
            seen.add(tagged.pid());
        }
    }

    private void noteClone(StraceLexer.Tagged tagged, long number, Map<Integer, Long> open) throws LineException {
        switch (tagged.line()) {
            case StraceLine.Call(String name, String text) when isClone(name) -> made.add(child(SystemCall.read(text)));
            case StraceLine.Unfinished(String name, String text) when isClone(name) -> open.put(tagged.pid(), number);
            case StraceLine.Resumed(String name, String text, boolean again)
            when isClone(name) && !again -> {
                Long begun = open.remove(tagged.pid());
                if (begun != null) {
                    int child = child(SystemCall.read("(" + text.substring(Math.max(0, text.indexOf(')')))));
                    made.add(child);
                    children.put(begun, child);
                }
            }
            case StraceLine.Call c -> {}
            case StraceLine.Unfinished u -> {}
            case StraceLine.Resumed r -> {}
            case StraceLine.Gone g -> {}
            case StraceLine.Superseded s -> {}
            case StraceLine.Attached a -> {}
            case StraceLine.Notice n -> {}
        }
    }

    /** The new task's pid as strace counts it; 0 when the call failed. */
    static int child(SystemCall call) throws LineException {
        if (!call.succeeded()) {
            return 0;
        }
        String note = call.note();
        int there = note.indexOf(" in strace's PID NS");
        if (note.startsWith("/* ") && there > 0) {
            return StraceLexer.pid(new Cursor(note, 3).digits());
        }
        long pid = call.value();
        if (pid <= 0 || pid > 999_999_999) {
            throw new LineException("expected the pid of a new task, but found " + pid);
        }
        return (int) pid;
    }

    /** The task that the unfinished call of a line makes; 0 when that is not known. */
    int childOf(long lineNumber) {
        return children.getOrDefault(lineNumber, 0);
    }

    /** The pid of the first process, the first that no call has made; {@link StraceLexer#NO_PID} without pids. */
    int root() {
        for (int pid : seen) {
            if (!made.contains(pid)) {
                return pid;
            }
        }
        return StraceLexer.NO_PID;
    }
}
