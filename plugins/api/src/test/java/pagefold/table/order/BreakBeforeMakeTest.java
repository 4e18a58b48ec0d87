package pagefold.table.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pagefold.table.PageTableModel.BreakRules;
import pagefold.table.TableView;

/** Words of which bit 0 says valid and bit 1 table; the rest is an address. */
class BreakBeforeMakeTest {
    private static final BreakRules RULES = new BreakRules() {
        @Override
        public boolean isValid(long word, int level) {
            return (word & 1) != 0;
        }

        @Override
        public boolean isTable(long word, int level) {
            return level < 3 && (word & 3) == 3;
        }

        @Override
        public long tableAddress(long word) {
            return word & -0x1000L;
        }

        @Override
        public boolean needsBreak(long oldWord, long newWord, int level) {
            return ((oldWord ^ newWord) & -0x1000L | (oldWord ^ newWord) & 2) != 0;
        }

        @Override
        public int entryShift(int level) {
            return 12 + 9 * (3 - level);
        }
    };
    private static final long TABLE = 0x10_0000;

    private final List<String> complaints = new ArrayList<>();
    private final BreakBeforeMake judge = new BreakBeforeMake(RULES, complaints::add);

    @BeforeEach
    void one_table() {
        judge.know(List.of(new TableView("u", TABLE, "PMD", 2, 0x4000_0000, 0x7fff_ffff, 1, new long[0])));
    }

    @Test
    void a_break_an_invalidation_and_a_word_are_right() {
        judge.wrote(TABLE + 8, 2, 0x20_0001, 0);
        judge.invalidated("u", 0x4020_0000, 0x403f_ffff, true);
        judge.wrote(TABLE + 8, 2, 0, 0x20_0003);
        judge.finish();

        assertThat(complaints).isEmpty();
    }

    @Test
    void a_live_word_must_not_become_another() {
        judge.wrote(TABLE + 8, 2, 0x20_0001, 0x20_0003);
        judge.finish();

        assertThat(complaints).singleElement().asString().endsWith("changes a live word without a break");
    }

    @Test
    void a_live_word_may_change_what_needs_no_break() {
        judge.wrote(TABLE + 8, 2, 0x20_0001, 0x20_0401);
        judge.finish();

        assertThat(complaints).isEmpty();
    }

    @Test
    void an_invalidation_must_come_between_and_cover() {
        judge.wrote(TABLE + 8, 2, 0x20_0001, 0);
        judge.invalidated("u", 0x4000_0000, 0x401f_ffff, true);
        judge.invalidated("v", 0x4020_0000, 0x403f_ffff, true);
        judge.wrote(TABLE + 8, 2, 0, 0x40_0001);
        judge.invalidatedAll("u");
        judge.finish();

        assertThat(complaints).singleElement().asString().endsWith("without an invalidation between");
    }

    @Test
    void a_table_needs_more_than_the_last_level() {
        judge.wrote(TABLE + 8, 2, 0x20_0003, 0);
        judge.invalidated("u", 0x4020_0000, 0x403f_ffff, true);
        judge.finish();

        assertThat(complaints).singleElement().asString().endsWith("is not followed by an invalidation that covers it");
    }

    @Test
    void too_many_words_that_wait_end_the_verdict() {
        for (long i = 0; i <= BreakBeforeMake.MAX_WAITING; i++) {
            judge.wrote(0x1_0000_0000L + 8 * i, 3, 1, 0);
        }
        judge.finish();

        assertThat(judge.exceeded()).isTrue();
        assertThat(complaints).isEmpty();
    }
}
