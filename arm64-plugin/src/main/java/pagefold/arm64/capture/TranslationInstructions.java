package pagefold.arm64.capture;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.arm64.walk.CpuFeatures;
import pagefold.arm64.walk.Request;
import pagefold.arm64.walk.Stage1;
import pagefold.arm64.walk.Stage2;
import pagefold.arm64.walk.TranslationWalker;
import pagefold.spi.Capture;

/** Which regime an address-translation instruction asks, and with which rights: Arm ARM C5.4. */
final class TranslationInstructions {
    private final RegimeReader reader;
    private final Capture capture;
    private final CpuFeatures cpu;
    private final Map<Integer, TranslationWalker> walkers = new HashMap<>();

    TranslationInstructions(Capture capture) {
        this.capture = capture;
        this.cpu = CpuFeatures.of(capture.cpu());
        this.reader = new RegimeReader(new Registers(capture.registers()), cpu);
    }

    RegimeReader reader() {
        return reader;
    }

    /** The walker of the regime that the instruction asks. */
    TranslationWalker walker(Operation operation) {
        return walker(operation.exceptionLevel());
    }

    /** The walker of the regime to which an exception level belongs; its registers are read at the first question. */
    TranslationWalker walker(int exceptionLevel) {
        int level = exceptionLevel == 0 ? 1 : exceptionLevel;
        int asked = level == 1 && reader.hostHasUser() ? 2 : level;
        TranslationWalker known = walkers.get(asked);
        if (known == null) {
            Stage1 stage1 = switch (asked) {
                case 1 -> reader.el1();
                case 2 -> reader.isHost() ? reader.host() : reader.single("EL2");
                default -> reader.single("EL3");
            };
            @Nullable Stage2 stage2 = asked == 1 ? reader.stage2() : null;
            known = new TranslationWalker(stage1, stage2, capture.memory());
            walkers.put(asked, known);
        }
        return known;
    }

    /** What the instruction asks of that walker. */
    int request(Operation operation) {
        return implemented(operation.request());
    }

    /** A request without what the processor does not implement. */
    int implemented(int request) {
        return cpu.has(CpuFeatures.Feature.PAN) ? request : request & ~Request.PAN;
    }
}
