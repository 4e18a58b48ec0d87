package sample;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.Attributes;
import pagefold.model.Hex;
import pagefold.model.Privilege;
import pagefold.table.FaultKind;
import pagefold.table.Geometry;
import pagefold.table.PhysicalMemory;
import pagefold.table.TableReader;
import pagefold.table.Translation;
import pagefold.table.Walk;

/** The machine's walk, and its dump: one line for every leaf. */
final class SampleReader implements TableReader {
    private static final Geometry GEOMETRY = SampleRegime.GEOMETRY;
    private static final int FIRST = GEOMETRY.startLevel();
    private static final int STAGE = 1;

    private final SampleFormat format;
    private final PhysicalMemory memory;
    private final long root;

    SampleReader(SampleFormat format, PhysicalMemory memory, long root) {
        this.format = format;
        this.memory = memory;
        this.root = root;
    }

    private static long entry(long table, int level, long address) {
        return table + ((long) GEOMETRY.index(address, level) << GEOMETRY.wordBits());
    }

    @Override
    public long translate(long address, Access access, Privilege privilege) {
        if (!SampleRegime.INPUT.contains(address)) {
            return Translation.fault(FaultKind.TRANSLATION, FIRST, STAGE);
        }
        int level = FIRST;
        long word = memory.load64(entry(root, level, address));
        if (format.isTable(word, level)) {
            level++;
            word = memory.load64(entry(format.tableAddress(word), level, address));
        }
        FaultKind fault = fault(word, access, privilege);
        return fault != null
                ? Translation.fault(fault, level, STAGE)
                : format.outputAddress(word, level) | address & (1L << GEOMETRY.shift(level)) - 1;
    }

    private static @Nullable FaultKind fault(long word, Access access, Privilege privilege) {
        if ((word & SampleFormat.V) == 0) {
            return FaultKind.TRANSLATION;
        }
        if ((word & SampleFormat.A) == 0) {
            return FaultKind.ACCESS_FLAG;
        }
        boolean isUser = privilege == Privilege.UNPRIVILEGED;
        boolean isGranted = switch (access) {
            case READ -> !isUser || (word & SampleFormat.U) != 0;
            case WRITE -> SampleFormat.isWritable(word) && (!isUser || (word & SampleFormat.U) != 0);
            case EXECUTE -> (word & (isUser ? SampleFormat.UX : SampleFormat.PX)) != 0;
        };
        return isGranted ? null : FaultKind.PERMISSION;
    }

    @Override
    public Walk walk(long address, Access access, Privilege privilege) {
        long result = translate(address, access, privilege);
        List<Walk.Step> steps = new ArrayList<>();
        long table = root;
        long word = 0;
        int above = FIRST;
        for (Geometry.Level level :
                SampleRegime.INPUT.contains(address) ? GEOMETRY.levels() : List.<Geometry.Level>of()) {
            if (level.level() != above) {
                if (!format.isTable(word, above)) {
                    break;
                }
                table = format.tableAddress(word);
                above = level.level();
            }
            word = memory.load64(entry(table, above, address));
            steps.add(step(level, table, address, word));
        }
        Walk.Outcome outcome = Translation.isFault(result)
                ? new Walk.Faulted(Translation.kind(result), Translation.level(result), STAGE)
                : new Walk.Translated(result, above, 1L << GEOMETRY.shift(above), SampleRegime.attributes(word));
        return new Walk(address, steps, outcome);
    }

    private Walk.Step step(Geometry.Level level, long table, long address, long word) {
        int number = level.level();
        boolean isLeaf = format.isLeaf(word, number);
        String meaning = format.isTable(word, number)
                ? "table at " + Hex.address(format.tableAddress(word))
                : isLeaf
                        ? describe(SampleRegime.attributes(word))
                        : word == 0 ? "nothing" : "memory that grants nothing";
        return new Walk.Step(
                STAGE,
                level.generic(),
                number,
                level.folded(),
                table,
                GEOMETRY.index(address, number),
                entry(table, number, address),
                word,
                meaning,
                isLeaf ? fields(word) : List.of());
    }

    private static String describe(Attributes attributes) {
        return attributes.permissions() + " " + attributes.memoryType().text();
    }

    private static List<Walk.Field> fields(long word) {
        Attributes attributes = SampleRegime.attributes(word);
        return List.of(
                field(word, SampleFormat.SOFTWARE, "SOFTWARE", "for software"),
                field(word, SampleFormat.ADDRESS, "address", Hex.address(word & SampleFormat.ADDRESS)),
                field(word, SampleFormat.G, "G", "global"),
                field(word, SampleFormat.A, "A", "accessed"),
                field(word, SampleFormat.D, "D", "written"),
                field(word, SampleFormat.R, "R", "read-only"),
                field(word, SampleFormat.UX, "UX", "unprivileged execution"),
                field(word, SampleFormat.PX, "PX", "privileged execution"),
                field(word, SampleFormat.U, "U", "unprivileged access"),
                field(word, SampleFormat.MTYPE, "MTYPE", attributes.memoryType().text()),
                field(word, SampleFormat.V, "V", "valid"));
    }

    private static Walk.Field field(long word, long mask, String name, String meaning) {
        int low = Long.numberOfTrailingZeros(mask);
        int high = Long.SIZE - 1 - Long.numberOfLeadingZeros(mask);
        return new Walk.Field(high, low, name, (word & mask) >>> low, meaning);
    }

    @Override
    public void dump(Appendable out) throws IOException {
        dump(root, FIRST, SampleRegime.INPUT.start(), out);
    }

    private void dump(long table, int level, long start, Appendable out) throws IOException {
        long size = 1L << GEOMETRY.shift(level);
        for (int i = 0; i < GEOMETRY.entries(level); i++) {
            long address = start + i * size;
            long word = memory.load64(entry(table, level, address));
            if (format.isTable(word, level)) {
                dump(format.tableAddress(word), level + 1, address, out);
            } else if (format.isLeaf(word, level)) {
                out.append(Hex.address(address)).append("-").append(Hex.address(address + size));
                out.append(" ").append(Hex.size(size)).append(" -> ");
                out.append(Hex.address(format.outputAddress(word, level))).append(" ");
                out.append(describe(SampleRegime.attributes(word))).append("\n");
            }
        }
    }
}
