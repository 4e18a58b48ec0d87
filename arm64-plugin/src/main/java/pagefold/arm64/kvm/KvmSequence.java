package pagefold.arm64.kvm;

import java.util.List;
import pagefold.arm64.descriptor.Vmsa64Geometry;

/** One sequence of a replay: tables of one kind, the operations on them, and how their answers are written. */
abstract class KvmSequence {
    /** Most bytes of tables of a sequence; beyond it, operations answer that there is no memory. */
    private static final long MAX_TABLE_BYTES = 256L << 20;

    private static final String ADDRESS = "ia";
    private static final String SIZE = "size";
    private static final String PHYSICAL = "pa";
    private static final String PROTECTION = "prot";
    /** What is measured, not given. */
    private static final List<String> RESULTS = List.of("unmapped", "pte", "ret", "tlbi", "vmid", "warn", "tables");

    private final KvmTables tables;

    private KvmSequence(KvmTables tables) {
        this.tables = tables;
    }

    /** Opens the sequence of a line {@code SEQ number kind fields}. */
    static KvmSequence open(OperationLine line) {
        try {
            return switch (line.word(2)) {
                case "hyp" -> new Hyp(line);
                case "s2" -> new Stage2(line);
                default -> throw line.wrong("hyp or s2, but it is '" + line.word(2) + "'");
            };
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            throw message.startsWith("line ") ? e : line.wrong(message.replaceFirst("^expected ", ""));
        }
    }

    /** The opening line again, with what follows from its sizes. */
    abstract String header();

    /** Does an operation and says its answer: a field of its own, if it has one, and the return code. */
    abstract String perform(OperationLine line);

    /** Does the operation of a line, and writes the line again with the answers to it. */
    final String answer(OperationLine line) {
        Maintenance counts = tables.maintenance;
        long invalidations = counts.invalidations();
        long flushes = counts.flushes();
        long warnings = counts.warnings();
        return perform(line)
                + " tlbi=" + (counts.invalidations() - invalidations)
                + " vmid=" + (counts.flushes() - flushes)
                + " warn=" + (counts.warnings() - warnings)
                + " tables=" + tables.pages.live();
    }

    /** What the tables hold. */
    final List<LeafRun> leaves() {
        return LeafRun.of(tables);
    }

    private static String echo(OperationLine line, String... given) {
        line.expect(1, List.of(given), RESULTS);
        StringBuilder text = new StringBuilder(line.word(0));
        for (String name : given) {
            text.append(' ').append(name).append('=').append(Long.toHexString(line.hex(name)));
        }
        return text.toString();
    }

    private static String returned(Outcome outcome) {
        return " ret=" + outcome.code();
    }

    private static final class Hyp extends KvmSequence {
        private final String header;
        private final HypTables hyp;

        Hyp(OperationLine line) {
            line.expect(3, List.of("page_shift", "va_bits"), List.of("start"));
            Vmsa64Geometry geometry = KvmGeometry.hyp(line.number("page_shift", 12, 16), line.number("va_bits", 0, 64));
            HypTables hyp = new HypTables(geometry, KvmPolicy.LINUX_5_17, MAX_TABLE_BYTES);
            super(hyp.tables());
            this.hyp = hyp;
            this.header = "SEQ " + line.number(1, 0, Integer.MAX_VALUE) + " hyp page_shift=" + geometry.granuleBits()
                    + " va_bits=" + geometry.inputBits() + " start=" + geometry.startLevel();
        }

        @Override
        String header() {
            return header;
        }

        @Override
        String perform(OperationLine line) {
            return switch (line.word(0)) {
                case "hyp_map" ->
                    echo(line, ADDRESS, SIZE, PHYSICAL, PROTECTION)
                            + returned(hyp.map(
                                    line.hex(ADDRESS), line.hex(SIZE), line.hex(PHYSICAL), line.hex(PROTECTION)));
                case "hyp_unmap" ->
                    echo(line, ADDRESS, SIZE)
                            + " unmapped=" + Long.toHexString(hyp.unmap(line.hex(ADDRESS), line.hex(SIZE)))
                            + returned(Outcome.DONE);
                default -> throw line.wrong("hyp_map, hyp_unmap or END, but it is '" + line.word(0) + "'");
            };
        }
    }

    private static final class Stage2 extends KvmSequence {
        private final String header;
        private final Stage2Tables guest;

        Stage2(OperationLine line) {
            line.expect(3, List.of("page_shift", "ipa_bits", "fwb", "force_pte"), List.of("vtcr", "start"));
            Vmsa64Geometry geometry = KvmGeometry.stage2(
                    line.number("page_shift", 12, 16), line.number("ipa_bits", 0, 64), KvmPolicy.LINUX_5_17);
            int forcedWriteBack = line.number("fwb", 0, 1);
            int pagesOnly = line.number("force_pte", 0, 1);
            Stage2Tables tables = new Stage2Tables(
                    geometry, KvmPolicy.LINUX_5_17, forcedWriteBack == 1, pagesOnly == 1, MAX_TABLE_BYTES);
            super(tables.tables());
            this.guest = tables;
            this.header = "SEQ " + line.number(1, 0, Integer.MAX_VALUE) + " s2 page_shift=" + geometry.granuleBits()
                    + " ipa_bits=" + geometry.inputBits()
                    + " vtcr=" + Long.toHexString(KvmGeometry.vtcr(geometry, KvmPolicy.LINUX_5_17))
                    + " start=" + geometry.startLevel() + " fwb=" + forcedWriteBack + " force_pte=" + pagesOnly;
        }

        @Override
        String header() {
            return header;
        }

        @Override
        String perform(OperationLine line) {
            return switch (line.word(0)) {
                case "s2_map" ->
                    echo(line, ADDRESS, SIZE, PHYSICAL, PROTECTION)
                            + returned(guest.map(
                                    line.hex(ADDRESS), line.hex(SIZE), line.hex(PHYSICAL), line.hex(PROTECTION)));
                case "s2_set_owner" ->
                    echo(line, ADDRESS, SIZE, "owner")
                            + returned(guest.setOwner(line.hex(ADDRESS), line.hex(SIZE), line.hex("owner")));
                case "s2_unmap" -> echo(line, ADDRESS, SIZE) + returned(guest.unmap(line.hex(ADDRESS), line.hex(SIZE)));
                case "s2_wrprotect" ->
                    echo(line, ADDRESS, SIZE) + returned(guest.writeProtect(line.hex(ADDRESS), line.hex(SIZE)));
                case "s2_relax" ->
                    echo(line, ADDRESS, PROTECTION)
                            + returned(guest.relaxPermissions(line.hex(ADDRESS), line.hex(PROTECTION)));
                case "s2_mkyoung" -> echo(line, ADDRESS) + leaf(guest.makeYoung(line.hex(ADDRESS)));
                case "s2_mkold" -> echo(line, ADDRESS) + leaf(guest.makeOld(line.hex(ADDRESS)));
                default ->
                    throw line.wrong("s2_map, s2_set_owner, s2_unmap, s2_wrprotect, s2_relax, s2_mkyoung, s2_mkold"
                            + " or END, but it is '" + line.word(0) + "'");
            };
        }

        private static String leaf(long before) {
            return " pte=" + Long.toHexString(before) + returned(Outcome.DONE);
        }
    }
}
