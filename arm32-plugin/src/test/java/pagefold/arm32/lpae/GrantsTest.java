package pagefold.arm32.lpae;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import pagefold.model.Permissions;

/** Every combination of permission bits against the sentences of Arm ARM G5.6, one bit at a time. */
class GrantsTest {

    @Test
    void pl1_and_pl0_have_what_ap_xn_and_pxn_say_at_every_level() {
        for (int bits = 0; bits < 1 << 10; bits++) {
            boolean wxn = (bits & 1 << 8) != 0;
            boolean uwxn = (bits & 1 << 9) != 0;
            long leaf = leaf(bits);
            long tables = tables(bits);

            Permissions granted = new Permissions(Grants.ofPl1(wxn, uwxn)[Grants.index1(leaf, tables)]);

            boolean ap1 = (leaf & 1L << 6) != 0 && (tables & 1L << 61) == 0;
            boolean ap2 = (leaf & 1L << 7) != 0 || (tables & 1L << 62) != 0;
            boolean xn = (leaf & 1L << 54) != 0 || (tables & 1L << 60) != 0;
            boolean pxn = (leaf & 1L << 53) != 0 || (tables & 1L << 59) != 0;
            String data = ap2 ? (ap1 ? "r-/r-" : "r-/--") : (ap1 ? "rw/rw" : "rw/--");
            boolean privileged = !xn && !pxn && !(wxn && !ap2) && !(uwxn && !ap2 && ap1);
            boolean user = ap1 && !xn && !(wxn && !ap2);
            assertThat(granted)
                    .as("leaf %x, tables %x, WXN %s, UWXN %s", leaf, tables, wxn, uwxn)
                    .hasToString(data.replace("/", (privileged ? "x" : "-") + "/") + (user ? "x" : "-"));
        }
    }

    @Test
    void access_never_takes_pl1s_data_accesses_to_what_pl0_may_read_or_write() {
        byte[] plain = Grants.ofPl1(false, false);

        byte[] never = Grants.underAccessNever(plain);

        for (int index = 0; index < plain.length; index++) {
            String text = new Permissions(plain[index]).toString();
            boolean isReachable = text.charAt(4) == 'r' || text.charAt(5) == 'w';
            String expected = isReachable ? "--" + text.substring(2) : text;
            assertThat(new Permissions(never[index])).hasToString(expected);
        }
    }

    @Test
    void pl2_reads_everything_and_knows_neither_pl0_nor_pxn() {
        for (int bits = 0; bits < 1 << 9; bits++) {
            boolean wxn = (bits & 1 << 8) != 0;
            long leaf = leaf(bits);
            long tables = tables(bits);

            Permissions granted = new Permissions(Grants.ofPl2(wxn)[Grants.index1(leaf, tables)]);

            boolean ap2 = (leaf & 1L << 7) != 0 || (tables & 1L << 62) != 0;
            boolean xn = (leaf & 1L << 54) != 0 || (tables & 1L << 60) != 0 || wxn && !ap2;
            assertThat(granted).hasToString("r" + (ap2 ? "-" : "w") + (xn ? "-" : "x") + "/---");
        }
    }

    @Test
    void stage_2_executes_only_what_may_be_read_and_bit_53_counts_only_with_its_feature() {
        for (int bits = 0; bits < 1 << 5; bits++) {
            boolean apart = (bits & 16) != 0;
            long leaf = (bits & 3L) << 6 | (bits & 12L) << 51;

            String granted = new Permissions(Grants.ofStage2(apart)[Grants.index2(leaf)]).toString();

            boolean read = (leaf & 1L << 6) != 0;
            boolean write = (leaf & 1L << 7) != 0;
            boolean high = (leaf & 1L << 54) != 0;
            boolean low = apart && (leaf & 1L << 53) != 0;
            String data = (read ? "r" : "-") + (write ? "w" : "-");
            // 00 both, 01 PL0 alone, 10 nobody, 11 PL1 alone.
            String privileged = read && high == low ? "x" : "-";
            String user = read && !high ? "x" : "-";
            assertThat(granted).isEqualTo(data + privileged + "/" + data + user);
        }
    }

    /** AP[2:1], PXN and XN from the low four bits of a number. */
    private static long leaf(int bits) {
        return (bits & 3L) << 6 | (bits & 12L) << 51;
    }

    /** PXNTable, XNTable and APTable from the next four. */
    private static long tables(int bits) {
        return (bits >>> 4 & 15L) << 59;
    }
}
