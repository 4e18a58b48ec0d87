package pagefold.server.importer;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand.CreateSpace;
import pagefold.model.MemoryCommand.MapRange;
import pagefold.model.Output;
import pagefold.model.Sharing;
import pagefold.model.SpaceKind;

/**
 * Reads {@code /proc/PID/maps} and answers the commands that make one user space with those regions.
 *
 * <p>Regions at kernel addresses (x86's {@code [vsyscall]}) belong to no user space; they are counted as skipped. A
 * deleted file is told from others of its name by device and inode.
 */
public final class MapsImporter {
    private static final int MAX_LINE_LENGTH = 8192;
    private static final long PAGE_BYTES = 4096;
    private static final Pattern LINE = Pattern.compile("([0-9a-f]{1,16})-([0-9a-f]{1,16}) ([r-])([w-])([x-])([ps]) "
            + "([0-9a-f]{1,16}) ([0-9a-f]{1,8}:[0-9a-f]{1,8}) ([0-9]{1,20})(?: +(.*))?");
    private static final String DELETED = " (deleted)";

    private final String space;
    private final CommandRecorder recorder = new CommandRecorder();
    private final Map<String, Integer> counters = new HashMap<>();

    private MapsImporter(String space) {
        this.space = space;
    }

    /**
     * Reads the regions of a process.
     *
     * @param lines without line ends
     * @param space name of the space to make
     * @param lenient whether malformed lines are counted and passed over; otherwise the first one ends the import
     */
    public static ImportOutcome read(Iterable<String> lines, String space, boolean lenient) {
        return new MapsImporter(space).run(lines, lenient);
    }

    private ImportOutcome run(Iterable<String> lines, boolean lenient) {
        try {
            recorder.emit(new CreateSpace(space, SpaceKind.USER));
            recorder.countSpace();
        } catch (LineException e) {
            throw new IllegalStateException("expected an empty simulation to take a space, but: " + e.reason(), e);
        }
        for (String text : lines) {
            recorder.beginLine();
            try {
                line(text);
            } catch (LineException e) {
                MalformedLine malformed = recorder.refuse(text, e.reason());
                if (!lenient) {
                    return new ImportOutcome.Refused(malformed, recorder.report());
                }
            }
        }
        return new ImportOutcome.Completed(recorder.commands(), recorder.report());
    }

    private void line(String text) throws LineException {
        if (text.isBlank()) {
            recorder.skip("empty lines");
            return;
        }
        Matcher m = LINE.matcher(text.length() <= MAX_LINE_LENGTH ? text : "");
        if (!m.matches()) {
            throw new LineException("expected 'START-END rwxp OFFSET MAJOR:MINOR INODE PATH' of at most "
                    + MAX_LINE_LENGTH + " characters");
        }
        long start = Long.parseUnsignedLong(m.group(1), 16);
        long end = Long.parseUnsignedLong(m.group(2), 16);
        String path = m.group(10) == null ? "" : m.group(10).stripTrailing();
        if (start < 0) {
            recorder.skip("regions at kernel addresses");
            return;
        }
        if (end <= start || ((start | end) & PAGE_BYTES - 1) != 0) {
            throw new LineException("expected a range of whole 4K pages below 2^63");
        }
        long prot = (m.group(3).equals("r") ? Flags.PROT_READ : 0)
                | (m.group(4).equals("w") ? Flags.PROT_WRITE : 0)
                | (m.group(5).equals("x") ? Flags.PROT_EXEC : 0);
        Output output = output(m.group(6).equals("s"), m.group(7), m.group(8) + " " + m.group(9), path);
        recorder.emit(new MapRange(
                space,
                new AddressRange(start, end - 1),
                output,
                Attributes.user(MemoryCalls.permissions(prot)),
                false));
    }

    private Output output(boolean shared, String offsetText, String inode, String path) throws LineException {
        String special = special(path);
        if (path.isEmpty() || special != null) {
            String kind = special == null ? "anon" : special;
            String object = kind + ":" + space + ":" + (counters.merge(kind, 1, Integer::sum) - 1);
            return new Output.Backed(MemoryCalls.object(object), 0, shared ? Sharing.SHARED : Sharing.PRIVATE);
        }
        long offset = Long.parseUnsignedLong(offsetText, 16);
        if (offset < 0 || (offset & PAGE_BYTES - 1) != 0) {
            throw new LineException("expected an offset of whole 4K pages below 2^63");
        }
        String object = path.endsWith(DELETED) ? path + " " + inode : path;
        return new Output.Backed(MemoryCalls.object(object), offset, shared ? Sharing.SHARED : Sharing.COPY_ON_WRITE);
    }

    /**
     * The kind of memory that is the process's own, as {@code heap} or {@code stack}; {@code null} for files and for
     * the kernel's own pages, which all processes have in common.
     */
    private static @Nullable String special(String path) {
        if (!path.startsWith("[") || !path.endsWith("]")) {
            return null;
        }
        return switch (path) {
            case "[vdso]", "[vvar]", "[vvar_vclock]", "[vectors]", "[sigpage]", "[uprobes]" -> null;
            default -> path.substring(1, path.length() - 1).replace(':', '-');
        };
    }
}
