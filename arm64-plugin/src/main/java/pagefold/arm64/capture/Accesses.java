package pagefold.arm64.capture;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import pagefold.arm64.walk.AtomicMemory;
import pagefold.arm64.walk.HardwareUpdates;
import pagefold.arm64.walk.Request;
import pagefold.arm64.walk.Syndrome;
import pagefold.arm64.walk.TranslationWalker;
import pagefold.arm64.walk.WalkReport;
import pagefold.model.Privilege;
import pagefold.spi.Capture;
import pagefold.spi.CapturedMachine.Accessed;
import pagefold.spi.CapturedMachine.CpuAccess;
import pagefold.spi.CapturedMachine.Written;
import pagefold.table.PhysicalMemory;
import pagefold.table.Walk;

/** Accesses to a captured machine, whose hardware updates lie over the captured memory. */
final class Accesses {
    private final UpdatedMemory memory;
    private final TranslationInstructions regimes;

    Accesses(Capture capture) {
        this.memory = new UpdatedMemory(capture.memory());
        this.regimes =
                new TranslationInstructions(new Capture(capture.cpu(), capture.registers(), capture.layout(), memory));
    }

    Accessed make(CpuAccess access, long address) {
        int level = access.exceptionLevel();
        boolean isUser = level == 0;
        int request =
                regimes.implemented(Request.of(access.access(), isUser ? Privilege.UNPRIVILEGED : Privilege.PRIVILEGED)
                        | (access.accessNever() ? Request.PAN : 0)
                        | (access.nonFault() ? Request.NON_FAULT : 0));
        TranslationWalker walker = regimes.walker(level);
        Walk walk = WalkReport.of(walker, address, request, 0, regime(level));
        HardwareUpdates hardware = new HardwareUpdates(walker, memory);
        hardware.access(address, request);
        List<Written> written = hardware.updates().stream()
                .map(update -> new Written(update.address(), update.oldWord(), update.newWord()))
                .toList();
        return new Accessed(walk, written);
    }

    private Syndrome.Regime regime(int level) {
        return switch (level) {
            case 0 -> regimes.reader().trapsGeneral() ? Syndrome.Regime.EL0_UNDER_EL2 : Syndrome.Regime.EL1_AND_0;
            case 1 -> Syndrome.Regime.EL1_AND_0;
            case 2 -> Syndrome.Regime.EL2;
            default -> Syndrome.Regime.EL3;
        };
    }

    /** Captured memory under the words that have been written since. */
    private static final class UpdatedMemory implements PhysicalMemory, AtomicMemory {
        private final PhysicalMemory captured;
        private final Map<Long, Long> written = new HashMap<>();

        UpdatedMemory(PhysicalMemory captured) {
            this.captured = captured;
        }

        @Override
        public long load64(long address) {
            Long word = written.get(address);
            return word == null ? captured.load64(address) : word;
        }

        @Override
        public boolean compareAndSet(long address, long expected, long word) {
            if (load64(address) != expected) {
                return false;
            }
            written.put(address, word);
            return true;
        }
    }
}
