package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.arm64.capture.Arm64Machine;
import pagefold.arm64.descriptor.Descriptor;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.arm64.walk.Vtcr;
import pagefold.model.Attributes;
import pagefold.model.Hex;
import pagefold.model.MemoryType;
import pagefold.model.SpaceKind;
import pagefold.spi.Capture;
import pagefold.table.Walk;
import pagefold.testkit.CaptureReader;

/** Simulated stage-2 tables against those of a captured KVM guest, and against the reader of captured machines. */
class CapturedGuestTest {
    /** The kernel that was captured has LPA2 and FWB, and its guest the 40 bits that KVM gives without being asked. */
    private static final String PROFILE = "4k-52-fwb";

    private static final String ASKED = "s12e1r";

    @Test
    void mapping_what_a_captured_guest_has_mapped_gives_its_words_and_its_dump() throws IOException {
        Path directory = CaptureReader.path(getClass(), "/conformance/kernels/linux-6.12-arm64-4k48-kvm");
        String text = Files.readString(directory.resolve("stage2_page_tables.txt"));
        Arm64Machine machine = new Arm64Machine(CaptureReader.read(directory));
        Bench bench = new Bench(PROFILE, SpaceKind.STAGE2);
        Map<Long, Long> words = new TreeMap<>();

        for (long page : mappedPages(text)) {
            Walk walk = machine.walk(ASKED, page);
            assertThat(walk.outcome()).isInstanceOf(Walk.Translated.class);
            if (walk.outcome() instanceof Walk.Translated found) {
                long word = walk.steps().getLast().word();
                assertThat(found.leafSize()).isEqualTo(0x1000);
                words.put(page, word);
                assertThat(bench.map(page, 0x1000, found.output(), attributes(found, word)))
                        .isNull();
            }
        }

        assertThat(words).hasSizeGreaterThan(10);
        words.forEach((page, word) -> assertThat(bench.word(page)).isEqualTo(word));
        assertThat(bench.dump()).isEqualTo(text);
        assertThat(bench.model.statistics().spaces().getFirst().tableBytes() >>> 12)
                .as("pages of tables, two of them side by side as the start table")
                .isEqualTo(bench.model.tables(Bench.SPACE).size() + 1);
    }

    /** What stage 2 grants, of the type that it says: stage 1, which is off in the capture, would make Device of it. */
    private static Attributes attributes(Walk.Translated found, long word) {
        MemoryType type = switch ((int) Descriptor.field(word, 5, 2)) {
            case 0b0110 -> MemoryType.NORMAL_WB;
            case 0b0001 -> MemoryType.DEVICE_NGNRE;
            default -> throw new AssertionError("expected another MemAttr in " + Hex.address(word));
        };
        int software = (int) Descriptor.field(word, 58, 55);
        return Bench.attributes(found.attributes().permissions().toString(), type, software);
    }

    private static List<Long> mappedPages(String text) {
        return text.lines()
                .filter(line -> line.startsWith("0x") && line.contains("AF"))
                .flatMap(line -> Stream.iterate(
                        Hex.parse(line.substring(0, 18)),
                        page -> page < Hex.parse(line.substring(19, 37)),
                        page -> page + 0x1000))
                .toList();
    }

    /** VTCR_EL2 and the reader of captures are judged by QEMU and Linux elsewhere. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "4k-48",
                "4k-39",
                "4k-52",
                "16k-36",
                "16k-47",
                "16k-48",
                "16k-52",
                "64k-42",
                "64k-48",
                "64k-52",
                "4k-48-ipa43-fwb",
                "4k-48-ipa48-s2hd",
                "4k-48-start0",
                "4k-52-ipa52",
                "4k-52-ipa52-start-1",
                "16k-48-ipa48",
                "16k-52-ipa52",
                "64k-48-ipa46-start2",
                "64k-48-ipa46-start1",
                "64k-52-ipa52-fwb-s2hd",
                "4k-48-ipa32",
                "16k-48-ipa32",
                "64k-48-ipa32"
            })
    void a_machine_with_these_registers_reads_the_simulated_tables_alike(String profile) throws IOException {
        Bench bench = new Bench(profile, SpaceKind.STAGE2);
        Vmsa64Geometry geometry = geometry(profile);
        long granule = 1L << geometry.granuleBits();
        long top = (1L << geometry.inputBits()) - 5 * granule;
        long[] starts = {0, granule << geometry.granuleBits() - 3, 0x7f00_0000L & -granule, top};
        for (long start : starts) {
            assertThat(bench.map(
                            start, 3 * granule, start ^ 1L << 30, Bench.attributes("rw-/rw-", MemoryType.NORMAL_WB, 5)))
                    .isNull();
        }

        // One without 52-bit addresses, or one with everything.
        String cpu = geometry.granuleBits() == 16 && geometry.encoding() == OutputEncoding.PA_48 ? "neoverse-n1" : "";
        Map<String, Long> registers = registers(profile, geometry, bench.root());
        Arm64Machine machine = new Arm64Machine(new Capture(cpu, registers, Map.of(), bench.memory()));

        StringBuilder dump = new StringBuilder();
        machine.dump("stage2", dump);
        assertThat(bench.dump()).isEqualTo(dump.toString());
        for (long start : starts) {
            for (long at :
                    new long[] {Math.max(0, start - granule), start, start + 3 * granule - 1, start + 3 * granule}) {
                Walk expected = machine.walk(ASKED, at);
                assertThat(bench.walk(at).steps()).isEqualTo(expected.steps());
                assertThat(bench.walk(at).outcome()).isEqualTo(expected.outcome());
            }
        }
        assertThat(bench.walk(top).outcome()).isInstanceOf(Walk.Translated.class);
    }

    private static Vmsa64Geometry geometry(String profile) {
        Arm64Profile found = Arm64Plugin.find(profile);
        if (found == null) {
            throw new AssertionError("expected a profile, but there is no " + profile);
        }
        return found.stage2()
                .geometry(found.stage1().granuleBits(), found.stage1().encoding());
    }

    private static Map<String, Long> registers(String profile, Vmsa64Geometry geometry, long root) {
        long updates = Vtcr.HA | (profile.contains("s2hd") ? Vtcr.HD : 0);
        // DC, so that stage 1, which is off, takes nothing away from the memory types.
        long stage2On = 1L | 1L << 12 | 1L << 31 | (profile.contains("fwb") ? 1L << 46 : 0);
        int physicalBits = geometry.encoding().addressBits();
        return Map.of(
                "VTCR_EL2",
                Vtcr.of(geometry, physicalBits) | updates,
                "VTTBR_EL2",
                geometry.encoding().encodeRoot(root),
                "HCR_EL2",
                stage2On);
    }
}
