package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.arm64.descriptor.Descriptor.ATTR_INDX;
import static pagefold.arm64.descriptor.Descriptor.DBM;
import static pagefold.arm64.descriptor.Descriptor.GP;
import static pagefold.arm64.descriptor.Descriptor.NG;
import static pagefold.arm64.descriptor.Descriptor.PXN;
import static pagefold.arm64.descriptor.Descriptor.RDONLY;
import static pagefold.arm64.descriptor.Descriptor.SH;
import static pagefold.arm64.descriptor.Descriptor.TYPE;
import static pagefold.arm64.descriptor.Descriptor.USER;
import static pagefold.arm64.descriptor.Descriptor.UXN;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagefold.arm64.capture.Arm64Machine;
import pagefold.model.Attributes;
import pagefold.model.MemoryType;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.SpaceKind;
import pagefold.spi.Capture;
import pagefold.table.Geometry;
import pagefold.table.PhysicalMemory;
import pagefold.table.TableFormat;
import pagefold.table.TranslationRegime;
import pagefold.table.Walk;
import pagefold.testkit.CaptureReader;

/**
 * Every leaf word that a running Linux 6.12 has in its tables is the word that our format makes of what it means.
 *
 * <p>Left out: the Access flag, the Contiguous bit, software bits and dirty state (they depend on what has happened),
 * and what a walk tells as it takes effect, not as it is written (shareability of uncached memory, tags without MTE).
 */
class CapturedWordsTest {
    private record Found(long word, int level, long address) {}

    @ParameterizedTest
    @CsvSource({
        "linux-6.12-arm64-4k48, 4k-48, KERNEL, 49000",
        "linux-6.12-arm64-4k48, 4k-48, USER, 300",
        "linux-6.12-arm64-4k48-blocks, 4k-48, KERNEL, 2000",
        "linux-6.12-arm64-4k48-blocks, 4k-48, USER, 300",
        "linux-6.12-arm64-16k47, 16k-47, KERNEL, 10000",
        "linux-6.12-arm64-16k47, 16k-47, USER, 300",
        "linux-6.12-arm64-4k52, 4k-52, KERNEL, 49000",
        "linux-6.12-arm64-4k52, 4k-52, USER, 300"
    })
    void words_of_a_running_kernel_are_ours(String machine, String profile, SpaceKind kind, int atLeast) {
        Capture capture =
                CaptureReader.read(CaptureReader.path(CapturedWordsTest.class, "/conformance/kernels/" + machine));
        TranslationRegime regime =
                Arm64Plugin.setup(profile, Coarsening.REJECT).regimes().get(kind);
        Arm64Machine captured = new Arm64Machine(capture);
        List<Found> leaves = leaves(capture, regime);
        Set<String> different = new TreeSet<>();
        int valid = 0;

        for (Found leaf : leaves) {
            if (captured.walk("s1e1r", leaf.address).outcome() instanceof Walk.Translated translated) {
                valid++;
                Attributes attributes = translated.attributes();
                long ours = regime.format()
                        .leafWord(
                                regime.format().outputAddress(leaf.word, leaf.level),
                                leaf.level,
                                regime.leafBits(attributes));
                if (((leaf.word ^ ours) & judged(kind, attributes)) != 0) {
                    different.add(Long.toHexString(leaf.word) + " is not " + Long.toHexString(ours));
                }
            }
        }

        assertThat(different).isEmpty();
        assertThat(valid).isGreaterThan(atLeast);
    }

    private static long judged(SpaceKind kind, Attributes attributes) {
        long judged = TYPE | USER | PXN | UXN | DBM | GP | NG | (kind == SpaceKind.KERNEL ? RDONLY : 0);
        boolean cached = attributes.memoryType().compareTo(MemoryType.NORMAL_NC) > 0;
        return judged | (cached ? SH : ATTR_INDX);
    }

    private static List<Found> leaves(Capture capture, TranslationRegime regime) {
        String register = regime.kind() == SpaceKind.KERNEL ? "TTBR1_EL1" : "TTBR0_EL1";
        long root = capture.registers().get(register) & 0xffff_ffff_ffc0L;
        List<Found> found = new ArrayList<>();
        int start = regime.geometry().startLevel();
        collect(capture.memory(), regime, root, start, regime.inputRange().start(), found);
        return found;
    }

    private static void collect(
            PhysicalMemory memory, TranslationRegime regime, long table, int level, long base, List<Found> found) {
        TableFormat format = regime.format();
        Geometry geometry = regime.geometry();
        for (int i = 0; i < geometry.entries(level); i++) {
            long word = memory.load64(table + 8L * i);
            long address = base + ((long) i << geometry.shift(level));
            if (format.isTable(word, level)) {
                collect(memory, regime, format.tableAddress(word), level + 1, address, found);
            } else if (word != 0) {
                found.add(new Found(word, level, address));
            }
        }
    }
}
