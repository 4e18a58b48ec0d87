package pagefold.arm32.lpae;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import pagefold.arm32.linux.KernelLayout;
import pagefold.model.Access;
import pagefold.model.Privilege;
import pagefold.spi.Capture;
import pagefold.spi.CapturedMachine;
import pagefold.table.Walk;

/**
 * A captured machine that runs with long descriptors at PL1&amp;0 stage 1; used by one thread at a time.
 *
 * <p>Instructions: {@code s1cpr}, {@code s1cpw}, {@code s1cur}, {@code s1cuw} (ATS1CPR and so on).
 */
public final class LpaeMachine implements CapturedMachine {
    private static final String KERNEL = "kernel";
    private static final String USER = "user";
    /** The constant of the machine that the kernel's markers need. */
    private static final String HIGH_MEMORY = "high_memory";

    private static final List<String> INSTRUCTIONS = List.of("s1cpr", "s1cpw", "s1cur", "s1cuw");
    /** HCR.VM and HCR.DC: stage 2 is on. */
    private static final long STAGE_2 = 1 | 1 << 12;
    /** Processors of Armv7, which ignore address bits 47:40 in descriptors. */
    private static final Set<String> ARMV7 = Set.of("cortex-a7", "cortex-a12", "cortex-a15", "cortex-a17");

    private final Capture capture;
    private final Controls controls;
    private final LpaeWalker walker;

    /**
     * A machine.
     *
     * @throws IllegalArgumentException when a register is missing, or selects what this plugin does not declare
     */
    public LpaeMachine(Capture capture) {
        this.capture = capture;
        long hcr = capture.registers().getOrDefault("HCR", 0L);
        if ((hcr & STAGE_2) != 0) {
            throw new IllegalArgumentException("expected stage 2 to be off (HCR.VM and HCR.DC 0), since this version"
                    + " does not declare STAGE_2, but HCR is 0x" + Long.toHexString(hcr));
        }
        this.controls =
                Controls.of(capture.registers(), !ARMV7.contains(capture.cpu().toLowerCase(Locale.ROOT)));
        this.walker = new LpaeWalker(controls, capture.memory());
    }

    @Override
    public List<String> spaces() {
        List<String> spaces = new ArrayList<>();
        if (capture.layout().containsKey(HIGH_MEMORY)) {
            spaces.add(KERNEL);
        }
        spaces.add(USER);
        return spaces;
    }

    @Override
    public void dump(String space, Appendable out) throws IOException {
        if (!spaces().contains(space)) {
            throw new IllegalArgumentException("expected a space of " + spaces() + ", but it is '" + space + "'");
        }
        boolean isKernel = space.equals(KERNEL);
        long pageOffset = LpaeProfile.LPAE.layout().pageOffset();
        Controls.Range range = isKernel ? controls.upper() : controls.lower();
        TableDump.write(
                capture.memory(),
                controls.isBigEndian(),
                new TableDump.Tables(
                        range.geometry(),
                        range.root(),
                        isKernel ? range.upperBase() : 0,
                        isKernel ? 1L << LpaeProfile.INPUT_BITS : pageOffset),
                isKernel
                        ? new KernelLayout(pageOffset, capture.layout().getOrDefault(HIGH_MEMORY, 0L)).markers()
                        : KernelLayout.USER_MARKERS,
                out);
    }

    @Override
    public long addressTranslation(String operation, long address) {
        checkOperation(operation);
        checkAddress(address);
        return Par.of(walker, address, access(operation), privilege(operation));
    }

    @Override
    public Walk walk(String operation, long address) {
        checkOperation(operation);
        checkAddress(address);
        return WalkReport.of(walker, address, access(operation), privilege(operation));
    }

    private static void checkOperation(String operation) {
        if (!INSTRUCTIONS.contains(operation)) {
            throw new IllegalArgumentException(
                    "expected an instruction of " + INSTRUCTIONS + ", but it is '" + operation + "'");
        }
    }

    private static void checkAddress(long address) {
        if (address >>> LpaeProfile.INPUT_BITS != 0) {
            throw new IllegalArgumentException(
                    "expected an address of 32 bits, but it is 0x" + Long.toHexString(address));
        }
    }

    private static Access access(String operation) {
        return operation.endsWith("w") ? Access.WRITE : Access.READ;
    }

    private static Privilege privilege(String operation) {
        return operation.charAt(3) == 'p' ? Privilege.PRIVILEGED : Privilege.UNPRIVILEGED;
    }
}
