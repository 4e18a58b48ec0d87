package pagefold.server.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import pagefold.host.LoadedPlugin;
import pagefold.host.PluginHost;
import pagefold.spi.Capture;
import pagefold.spi.CapturedMachine;
import pagefold.spi.ElfCore;

/** Cores and registers of captured machines. */
class CaptureFuzzTest {
    private static final List<String> REGISTERS = List.of(
            "TTBR0_EL1",
            "TTBR1_EL1",
            "TCR_EL1",
            "MAIR_EL1",
            "SCTLR_EL1",
            "HCR_EL2",
            "VTTBR_EL2",
            "VTCR_EL2",
            "ID_AA64MMFR0_EL1",
            "ID_AA64MMFR1_EL1",
            "ID_AA64MMFR2_EL1",
            "TTBR0",
            "TTBR1",
            "TTBCR",
            "DACR",
            "SCTLR",
            "PRRR",
            "NMRR",
            "MAIR0",
            "MAIR1",
            "CPSR",
            "PSTATE",
            "VBAR");
    private static final List<String> LAYOUT =
            List.of("kimage_voffset", "PHYS_OFFSET", "PAGE_OFFSET", "VA_BITS", "swapper_pg_dir");
    private static final List<String> OPERATIONS =
            List.of("s1e1r", "s1e0w", "s12e0r", "s1e2r", "ats1cpr", "ats12nsour");
    private static final PluginHost HOST = host();

    private static PluginHost host() {
        try {
            return PluginHost.withBuiltIn(CaptureFuzzTest.class.getClassLoader());
        } catch (IOException e) {
            throw new UncheckedIOException("expected the plugins that come with the server", e);
        }
    }

    @FuzzTest(maxDuration = "10m")
    void a_core_is_read_or_refused_with_a_sentence(byte[] content) {
        ElfCore core;
        try {
            core = ElfCore.parse(content);
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotBlank();
            return;
        }
        assertThat(core).isNotNull();
    }

    @FuzzTest(maxDuration = "10m")
    void a_machine_answers_or_is_refused_with_a_sentence(FuzzedDataProvider data) throws IOException {
        LoadedPlugin plugin =
                HOST.plugins().get(data.consumeInt(0, HOST.plugins().size() - 1));
        Map<String, Long> registers = numbers(data, REGISTERS);
        Map<String, Long> layout = numbers(data, LAYOUT);
        long address = data.consumeLong();
        String operation = data.pickValue(OPERATIONS);
        ElfCore memory = ElfCore.parse(core(data.consumeRemainingAsBytes()));
        try {
            CapturedMachine machine = plugin.capture(new Capture("max", registers, layout, memory));
            for (String space : machine.spaces()) {
                machine.dump(space, new Bounded());
            }
            machine.addressTranslation(operation, address);
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    private static Map<String, Long> numbers(FuzzedDataProvider data, List<String> names) {
        Map<String, Long> numbers = new HashMap<>();
        for (String name : names) {
            if (data.consumeBoolean()) {
                numbers.put(name, data.consumeLong());
            }
        }
        return numbers;
    }

    /** A core whose one segment is at address 0. */
    private static byte[] core(byte[] memory) {
        int header = 64 + 56;
        ByteBuffer file = ByteBuffer.allocate(header + memory.length).order(ByteOrder.LITTLE_ENDIAN);
        file.putInt(0, 0x464c457f).put(4, (byte) 2).put(5, (byte) 1);
        file.putLong(32, 64).putShort(54, (short) 56).putShort(56, (short) 1);
        file.putInt(64, 1)
                .putLong(64 + 8, header)
                .putLong(64 + 24, 0)
                .putLong(64 + 32, memory.length)
                .putLong(64 + 40, memory.length);
        file.put(header, memory);
        return file.array();
    }

    @Test
    void a_core_whose_headers_are_said_to_be_at_the_end_of_the_address_space_is_refused() {
        byte[] file = core(new byte[] {1});
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(32, Long.MAX_VALUE);

        a_core_is_read_or_refused_with_a_sentence(file);
    }

    /** Takes what is dumped, and counts it. */
    private static final class Bounded implements Appendable {
        private long characters;

        @Override
        public Appendable append(CharSequence text) {
            characters += text.length();
            assertThat(characters).isLessThan(1L << 30);
            return this;
        }

        @Override
        public Appendable append(CharSequence text, int start, int end) {
            return append(text.subSequence(start, end));
        }

        @Override
        public Appendable append(char c) {
            return append(String.valueOf(c));
        }
    }
}
