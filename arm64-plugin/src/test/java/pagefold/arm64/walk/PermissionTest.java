package pagefold.arm64.walk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.model.Access;
import pagefold.model.Privilege;
import pagefold.table.FaultKind;
import pagefold.table.Translation;

/**
 * Every combination of permission bits, through real tables, against the tables of the Arm ARM (D8.4) written out as
 * text: privileged r and w, EL0 r and w.
 */
class PermissionTest {
    private static final long ROOT = 0x1000;
    private static final long TABLE = 0x2000;
    private static final long PAGE = 0x7000;
    private static final long ADDRESS = 0x5000;

    /** By AP[2:1]. */
    private static final String[] DATA = {"rw--", "rwrw", "r---", "r-r-"};
    /** By APTable: what stays. */
    private static final String[] STAYS = {"1111", "1100", "1010", "1000"};

    /** The bits of one case. */
    private record Case(
            int ap, int apTable, boolean uxn, boolean pxn, boolean uxnTable, boolean pxnTable, boolean dbm) {

        static Case of(int bits) {
            return new Case(bits & 3, bits >> 2 & 3, on(bits, 4), on(bits, 5), on(bits, 6), on(bits, 7), on(bits, 8));
        }

        long leaf() {
            return 0x403L | PAGE | (long) ap << 6 | (pxn ? 1L << 53 : 0) | (uxn ? 1L << 54 : 0) | (dbm ? 1L << 51 : 0);
        }

        long table() {
            return 3L | TABLE | (long) apTable << 61 | (uxnTable ? 1L << 60 : 0) | (pxnTable ? 1L << 59 : 0);
        }
    }

    /** The bits of the registers that a run of cases has. */
    private record Regime(boolean hpd, boolean wxn, boolean hd, boolean pan, boolean epan) {
        static Regime of(int bits) {
            return new Regime(on(bits, 0), on(bits, 1), on(bits, 2), on(bits, 3), on(bits, 4));
        }

        Stage1.Controls controls() {
            return new Stage1.Controls(0xff, hd, hd, wxn, epan, true, true, false);
        }

        Stage1Range.Controls range() {
            return new Stage1Range.Controls(false, false, false, false, false, hpd, 3);
        }
    }

    private static boolean on(int bits, int position) {
        return (bits >> position & 1) == 1;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void all_combinations_of_stage_1_grant_what_the_tables_say(boolean twoRanges) {
        List<String> wrong = new ArrayList<>();
        for (int r = 0; r < 32; r++) {
            for (int c = 0; c < 512; c++) {
                Regime regime = Regime.of(r);
                Case bits = Case.of(c);
                String expected = twoRanges ? twoRanges(regime, bits) : oneRange(regime, bits);
                String found = granted(walker(twoRanges, regime, bits), regime);
                if (!expected.equals(found)) {
                    wrong.add(regime + " " + bits + ": expected " + expected + ", but found " + found);
                }
            }
        }

        assertThat(wrong).isEmpty();
    }

    private static String twoRanges(Regime regime, Case bits) {
        boolean tables = !regime.hpd;
        String data = DATA[regime.hd && bits.dbm ? bits.ap & 1 : bits.ap];
        String stays = STAYS[tables ? bits.apTable : 0];
        boolean[] can = new boolean[4];
        for (int i = 0; i < 4; i++) {
            can[i] = data.charAt(i) != '-' && stays.charAt(i) == '1';
        }
        boolean ux = !(bits.uxn || tables && bits.uxnTable);
        boolean px = !(bits.pxn || tables && bits.pxnTable || can[3]);
        if (regime.wxn) {
            ux &= !can[3];
            px &= !can[1];
        }
        if (regime.pan && (can[2] || can[3] || regime.epan && ux)) {
            can[0] = false;
            can[1] = false;
        }
        return text(can[0], can[1], px) + "/" + text(can[2], can[3], ux);
    }

    private static String oneRange(Regime regime, Case bits) {
        boolean tables = !regime.hpd;
        boolean readOnly = bits.ap >= 2 && !(regime.hd && bits.dbm) || tables && bits.apTable >= 2;
        boolean execute = !(bits.uxn || tables && bits.uxnTable) && !(regime.wxn && !readOnly);
        return text(true, !readOnly, execute) + "/---";
    }

    private static String text(boolean read, boolean write, boolean execute) {
        return (read ? "r" : "-") + (write ? "w" : "-") + (execute ? "x" : "-");
    }

    private static TranslationWalker walker(boolean twoRanges, Regime regime, Case bits) {
        SparseMemory memory = new SparseMemory().store(ROOT, bits.table()).store(TABLE + 5 * 8, bits.leaf());
        TableRange tables = TableRange.of(Vmsa64Geometry.stage1(12, 30, OutputEncoding.PA_48), ROOT, 48);
        Stage1Range range = Stage1Range.lower(tables, regime.range());
        Stage1 stage1 = twoRanges
                ? Stage1.twoRanges(range, null, regime.controls())
                : Stage1.oneRange(range, regime.controls());
        return new TranslationWalker(stage1, null, memory);
    }

    /** What the walker grants, access by access; each fault must be a Permission fault of level 3. */
    private static String granted(TranslationWalker walker, Regime regime) {
        StringBuilder text = new StringBuilder();
        for (Privilege privilege : Privilege.values()) {
            text.append(text.isEmpty() ? "" : "/");
            for (Access access : Access.values()) {
                long result = walker.translate(ADDRESS, Request.of(access, privilege) | (regime.pan ? Request.PAN : 0));
                assertThat(result).isIn(PAGE, Translation.fault(FaultKind.PERMISSION, 3, 1));
                text.append(result == PAGE ? "rwx".charAt(access.ordinal()) : '-');
            }
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void all_combinations_of_stage_2_grant_what_the_tables_say(boolean apart) {
        String[] execute = apart ? new String[] {"xx", "-x", "--", "x-"} : new String[] {"xx", "xx", "--", "--"};
        for (int s2ap = 0; s2ap < 4; s2ap++) {
            for (int xn = 0; xn < 4; xn++) {
                SparseMemory memory = new SparseMemory()
                        .store(ROOT, TABLE | 3)
                        .store(TABLE + 5 * 8, PAGE | 0x403L | (long) s2ap << 6 | (long) xn << 53);
                Stage2.Controls controls = new Stage2.Controls(false, false, 3, apart, false, false, false, false);
                TableRange tables =
                        TableRange.of(Vmsa64Geometry.stage1(12, 30, OutputEncoding.PA_48), 2, ROOT, 48, false);
                TranslationWalker walker = TranslationWalker.ofStage2(new Stage2(tables, controls), memory);
                for (Privilege privilege : Privilege.values()) {
                    assertThat(walker.translate(ADDRESS, Access.READ, privilege) == PAGE)
                            .isEqualTo((s2ap & 1) != 0);
                    assertThat(walker.translate(ADDRESS, Access.WRITE, privilege) == PAGE)
                            .isEqualTo((s2ap & 2) != 0);
                    assertThat(walker.translate(ADDRESS, Access.EXECUTE, privilege) == PAGE)
                            .isEqualTo(execute[xn].charAt(privilege.ordinal()) == 'x');
                }
            }
        }
    }

    @Test
    void nested_el1_reads_bit_54_as_pxn_and_knows_no_el0() {
        Stage1.Controls nested = new Stage1.Controls(0xff, false, false, false, false, true, true, true);
        SparseMemory memory = new SparseMemory().store(ROOT, TABLE | 3).store(TABLE + 5 * 8, PAGE | 0x443L | 1L << 54);
        TableRange tables = TableRange.of(Vmsa64Geometry.stage1(12, 30, OutputEncoding.PA_48), ROOT, 48);
        Stage1Range range = Stage1Range.lower(tables, Stage1Range.Controls.USER);
        TranslationWalker walker = new TranslationWalker(Stage1.twoRanges(range, null, nested), null, memory);

        assertThat(walker.translate(ADDRESS, Request.of(Access.READ, Privilege.PRIVILEGED) | Request.PAN))
                .isEqualTo(PAGE);
        assertThat(walker.translate(ADDRESS, Access.EXECUTE, Privilege.PRIVILEGED))
                .isNegative();
        assertThat(walker.translate(ADDRESS, Access.READ, Privilege.UNPRIVILEGED))
                .isNegative();
    }
}
