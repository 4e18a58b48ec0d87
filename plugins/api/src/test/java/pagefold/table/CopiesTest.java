package pagefold.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Runs of private copies, and of the frames that they come from, against the same page by page. */
class CopiesTest {
    private static final long PAGE = 0x1000;
    private static final long BASE = 0x1_0000_0000L;
    private static final int PAGES = 64;
    private static final int STEPS = 20_000;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);

    @Test
    void runs_of_copies_count_what_single_copies_count() {
        Copies runs = new Copies();
        Map<Long, Integer> pages = new HashMap<>();

        for (int i = 0; i < STEPS; i++) {
            int first = random.nextInt(PAGES);
            int count = 1 + random.nextInt(PAGES - first);
            change(runs, pages, BASE + first * PAGE, count);
            for (int page = 0; page < PAGES; page++) {
                assertThat(runs.references(BASE + page * PAGE))
                        .as("page %s after step %s, seed %s", page, i, seed)
                        .isEqualTo(pages.getOrDefault(BASE + page * PAGE, 0));
            }
            assertThat(runs.runCount()).as("runs, seed %s", seed).isEqualTo(runsOf(pages));
            assertThat(runs.isEmpty()).isEqualTo(pages.isEmpty());
        }
    }

    /** One change of the longest run of pages from a frame on for which it makes sense. */
    private void change(Copies runs, Map<Long, Integer> pages, long frame, int count) {
        boolean isFree = !pages.containsKey(frame);
        int n = 0;
        while (n < count && isFree != pages.containsKey(frame + n * PAGE)) {
            n++;
        }
        List<Long> gone = new ArrayList<>();
        boolean shares = !isFree && random.nextBoolean() && pages.get(frame) < 4;
        if (isFree) {
            runs.add(frame, n * PAGE);
        } else if (shares) {
            runs.share(frame, n * PAGE);
        } else {
            runs.drop(frame, n * PAGE, (start, bytes) -> {
                for (long at = start; at < start + bytes; at += PAGE) {
                    gone.add(at);
                }
            });
        }
        List<Long> expectedGone = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            long page = frame + i * PAGE;
            if (!isFree && !shares && pages.get(page) == 1) {
                pages.remove(page);
                expectedGone.add(page);
            } else {
                pages.merge(page, isFree || shares ? 1 : -1, Integer::sum);
            }
        }
        assertThat(gone).as("seed %s", seed).isEqualTo(expectedGone);
    }

    private static int runsOf(Map<Long, Integer> pages) {
        int runs = 0;
        for (int page = 0; page < PAGES; page++) {
            int here = pages.getOrDefault(BASE + page * PAGE, 0);
            runs += here != 0 && here != pages.getOrDefault(BASE + (page - 1) * PAGE, 0) ? 1 : 0;
        }
        return runs;
    }

    @Test
    void pages_come_from_the_shortest_run_of_free_frames_and_there_from_the_front() {
        FramePool pool = new FramePool(BASE, PAGES * PAGE);
        List<Long> taken = new ArrayList<>();

        for (int i = 0; i < STEPS; i++) {
            boolean takes = taken.isEmpty() || taken.size() < PAGES && random.nextInt(3) > 0;
            if (takes) {
                long expected = bestFit(taken);
                assertThat(pool.take(PAGE, PAGE, 0))
                        .as("step %s, seed %s", i, seed)
                        .isEqualTo(expected);
                taken.add(expected);
            } else {
                pool.give(taken.remove(random.nextInt(taken.size())), PAGE);
            }
            if (random.nextInt(8) == 0) {
                assertThat(pool.largest()).as("step %s, seed %s", i, seed).isEqualTo(longest(taken) * PAGE);
            }
        }
    }

    private static long bestFit(List<Long> taken) {
        int best = -1;
        int bestLength = Integer.MAX_VALUE;
        for (int page = 0, length; page < PAGES; page += length + 1) {
            length = freeFrom(taken, page);
            if (length > 0 && length < bestLength) {
                best = page;
                bestLength = length;
            }
        }
        return BASE + best * PAGE;
    }

    private static int longest(List<Long> taken) {
        int longest = 0;
        for (int page = 0; page < PAGES; page++) {
            longest = Math.max(longest, freeFrom(taken, page));
        }
        return longest;
    }

    private static int freeFrom(List<Long> taken, int page) {
        int length = 0;
        while (page + length < PAGES && !taken.contains(BASE + (page + length) * PAGE)) {
            length++;
        }
        return length;
    }
}
