package pagefold.server.stress;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** How long simulations had no acknowledgement after a fault. */
final class FailOver {
    /** A wait that begins later is not for the fault, but for what was started again. */
    private static final long AFTERMATH = TimeUnit.SECONDS.toNanos(5);

    private FailOver() {}

    /**
     * What a fault cost.
     *
     * @param began when the run began
     * @param pages with the times of acknowledgements
     * @param failures that there had been when the next fault began
     */
    static StressReport.FaultReport of(
            FaultInjector.Happened happened, long began, List<Ledger.Page> pages, long failures) {
        Fault fault = happened.fault();
        boolean isStopped = fault.kind() == FaultKind.PAUSE || fault.kind() == FaultKind.PARTITION;
        long stopped = isStopped ? TimeUnit.MILLISECONDS.toNanos(fault.lastsMillis()) : 0;
        // A node that joins takes over when it has started, and then one simulation after the other.
        long over =
                fault.kind() == FaultKind.JOIN ? happened.ended() + AFTERMATH : happened.began() + stopped + AFTERMATH;
        long[] first = gaps(pages, happened.began(), over);
        long[] later = gaps(pages, over, happened.ended() + AFTERMATH);
        return new StressReport.FaultReport(
                happened.what(),
                seconds(happened.began() - began),
                seconds(happened.ended() - happened.began()),
                first.length == 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(first[first.length - 1]),
                first.length == 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(first[first.length / 2]),
                later.length == 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(later[later.length - 1]),
                failures - happened.failuresBefore(),
                happened.moves());
    }

    /** The longest gap of each simulation, the shortest first. */
    private static long[] gaps(List<Ledger.Page> pages, long from, long to) {
        return pages.stream()
                .map(Ledger.Page::times)
                .filter(times -> times.length > 0)
                .mapToLong(times -> longestGap(times, from, to))
                .sorted()
                .toArray();
    }

    /** The longest time between two acknowledgements of which the second comes after {@code from}. */
    static long longestGap(long[] times, long from, long to) {
        int second = Arrays.binarySearch(times, from);
        second = second < 0 ? -second - 1 : second;
        long longest = 0;
        for (int i = Math.max(1, second); i < times.length && times[i - 1] < to; i++) {
            // The time before the fault is not the fault's.
            longest = Math.max(longest, times[i] - Math.max(times[i - 1], from));
        }
        return longest;
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }
}
