package pagefold.server.stress;

import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.jspecify.annotations.Nullable;
import pagefold.server.client.PatientClient;
import pagefold.server.linearizability.Linearizability;
import pagefold.server.linearizability.LogHead;
import pagefold.server.linearizability.Operation;
import pagefold.server.linearizability.Verdict;
import pagefold.server.load.LoadReport;

/** Makes the report of a run: holds everything against everything. */
final class StressCheck {
    private static final int MAX_REFUSALS_SAID = 20;
    private static final long FIRST_BUCKET_MICROS = 250;

    private final PatientClient client;
    private final List<URI> servers;
    private final StressOptions options;
    private final Ledger ledger;
    private final List<String> violations = new ArrayList<>();

    StressCheck(PatientClient client, List<URI> servers, StressOptions options, Ledger ledger) {
        this.client = client;
        this.servers = servers;
        this.options = options;
        this.ledger = ledger;
    }

    /**
     * The simulations that nobody has changed since they were filled.
     *
     * @param report what they took, or {@code null} when there are none
     */
    record Idle(StressReport.@Nullable FillReport report, Filler.Found found) {}

    StressReport report(Map<String, List<HeadUser>> heads, FaultInjector injector, Idle idle, long began, long ended) {
        violations.addAll(injector.violations());
        List<LedgerCheck.Found> found = new ArrayList<>();
        for (Map.Entry<String, Ledger.Page> page : ledger.pages().entrySet()) {
            LedgerCheck.Found here = new LedgerCheck(client, servers, page.getKey(), page.getValue()).check();
            violations.addAll(here.violations());
            found.add(here);
        }
        List<StressReport.HistoryReport> histories = new ArrayList<>();
        heads.forEach((simulation, users) -> histories.add(history(simulation, users)));
        refusals();
        idle.found.violations().stream().limit(MAX_REFUSALS_SAID).forEach(violations::add);
        List<StressReport.FaultReport> faults = faults(injector.happened(), began);
        return new StressReport(
                options.shape().seed(),
                servers.size(),
                load(began, ended),
                outcomes(found, idle.found),
                idle.report,
                faults,
                histories,
                found.stream().map(StressCheck::simulation).toList(),
                List.copyOf(violations));
    }

    private static StressReport.SimulationReport simulation(LedgerCheck.Found found) {
        Map<String, String> hashes = new LinkedHashMap<>();
        found.hashes().forEach((server, hash) -> hashes.put(server.toString(), hash));
        return new StressReport.SimulationReport(found.simulation(), found.position(), hashes);
    }

    private StressReport.HistoryReport history(String simulation, List<HeadUser> users) {
        List<Operation<LogHead.Action>> history = users.stream()
                .flatMap(user -> user.history().stream())
                .sorted(Comparator.comparingLong(Operation::invoked))
                .toList();
        String verdict = switch (Linearizability.check(new LogHead(1), history)) {
            case Verdict.Linearizable<LogHead.Action> yes -> "linearizable";
            case Verdict.NotLinearizable<LogHead.Action> no -> {
                violations.add(simulation + ": the history of its head is not linearizable: behind "
                        + no.before().size() + " of " + history.size() + " operations there is no place for "
                        + no.stuck());
                yield "not linearizable";
            }
            case Verdict.Undecided<LogHead.Action> undecided -> {
                violations.add(simulation + ": whether the history of its head is linearizable was not found out in "
                        + undecided.states() + " states");
                yield "undecided";
            }
        };
        return new StressReport.HistoryReport(simulation, history.size(), verdict);
    }

    private void refusals() {
        ledger.pages()
                .forEach((simulation, page) -> page.refused.entrySet().stream()
                        .limit(MAX_REFUSALS_SAID)
                        .forEach(refused -> violations.add(simulation + ": the request " + refused.getKey()
                                + " was valid, and refused: " + refused.getValue())));
    }

    private List<StressReport.FaultReport> faults(List<FaultInjector.Happened> happened, long began) {
        List<Ledger.Page> pages = List.copyOf(ledger.pages().values());
        List<StressReport.FaultReport> faults = new ArrayList<>();
        for (int i = 0; i < happened.size(); i++) {
            boolean isLast = i + 1 == happened.size();
            long failures = isLast ? ledger.failures() : happened.get(i + 1).failuresBefore();
            StressReport.FaultReport fault = FailOver.of(happened.get(i), began, pages, failures);
            if (happened.get(i).fault().kind() == FaultKind.JOIN && fault.failures() > 0) {
                violations.add(fault.what() + ": nothing broke, and " + fault.failures()
                        + " requests failed or had to be sent again");
            }
            faults.add(fault);
        }
        return faults;
    }

    private StressReport.Outcomes outcomes(List<LedgerCheck.Found> found, Filler.Found idle) {
        List<Ledger.Page> pages = List.copyOf(ledger.pages().values());
        return new StressReport.Outcomes(
                pages.stream().mapToLong(page -> page.acknowledged.size()).sum(),
                ledger.repeated.get(),
                pages.stream().mapToLong(page -> page.unknown.size()).sum(),
                pages.stream().mapToLong(page -> page.refused.size()).sum(),
                ledger.staleReads.get(),
                found.stream().mapToLong(LedgerCheck.Found::lost).sum() + idle.lost(),
                found.stream().mapToLong(LedgerCheck.Found::duplicated).sum() + idle.duplicated());
    }

    private StressReport.Load load(long began, long ended) {
        double seconds = (ended - began) / 1e9;
        Histogram commands = ledger.commandMicros();
        Histogram walks = ledger.walkMicros();
        List<StressReport.Bucket> buckets = new ArrayList<>();
        for (HistogramIterationValue value : commands.logarithmicBucketValues(FIRST_BUCKET_MICROS, 2)) {
            buckets.add(new StressReport.Bucket(
                    value.getValueIteratedTo() / 1000.0, value.getCountAddedInThisIterationStep()));
        }
        return new StressReport.Load(
                seconds,
                LoadReport.Deeds.of(commands.getTotalCount(), seconds, commands),
                LoadReport.Deeds.of(walks.getTotalCount(), seconds, walks),
                buckets,
                perSecond(began, ended));
    }

    private List<Long> perSecond(long began, long ended) {
        long[] counts = new long[(int) TimeUnit.NANOSECONDS.toSeconds(ended - began) + 1];
        for (Ledger.Page page : ledger.pages().values()) {
            for (long time : page.times()) {
                counts[(int) Math.min(counts.length - 1, TimeUnit.NANOSECONDS.toSeconds(time - began))]++;
            }
        }
        List<Long> all = new ArrayList<>(counts.length);
        for (long count : counts) {
            all.add(count);
        }
        return all;
    }
}
