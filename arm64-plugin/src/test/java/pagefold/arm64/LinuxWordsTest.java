package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import pagefold.model.Attributes;
import pagefold.model.MemoryType;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.SpaceKind;
import pagefold.table.TableFormat;
import pagefold.table.TranslationRegime;

/** The attribute words of Linux 6.12 (arch/arm64/include/asm/pgtable-prot.h) for user and kernel protections. */
class LinuxWordsTest {
    private static final int PAGE = 3;
    private static final int BLOCK = 2;

    static Stream<Arguments> kernelWords() {
        MemoryType normal = MemoryType.NORMAL_WB;
        return Stream.of(
                word("PAGE_KERNEL", "rw-/---", normal, PAGE, 0x00e8000000000703L),
                word("PAGE_KERNEL_RO", "r--/---", normal, PAGE, 0x00e0000000000783L),
                word("PAGE_KERNEL_ROX", "r-x/---", normal, PAGE, 0x00c0000000000783L),
                word("PAGE_KERNEL_EXEC", "rwx/---", normal, PAGE, 0x00c8000000000703L),
                word("PAGE_KERNEL, tagged", "rw-/---", MemoryType.NORMAL_TAGGED, PAGE, 0x00e8000000000707L),
                word("PAGE_KERNEL as a block", "rw-/---", normal, BLOCK, 0x00e8000000000701L),
                word("PROT_NORMAL_NC", "rw-/---", MemoryType.NORMAL_NC, PAGE, 0x006800000000070bL),
                word("PROT_DEVICE_nGnRnE", "rw-/---", MemoryType.DEVICE_NGNRNE, PAGE, 0x006800000000070fL),
                word("PROT_DEVICE_nGnRE", "rw-/---", MemoryType.DEVICE_NGNRE, PAGE, 0x0068000000000713L));
    }

    static Stream<Arguments> userWords() {
        MemoryType normal = MemoryType.NORMAL_WB;
        return Stream.of(
                word("PAGE_SHARED", "rw-/rw-", normal, PAGE, 0x0068000000000fc3L),
                word("PAGE_SHARED_EXEC", "rw-/rwx", normal, PAGE, 0x0028000000000fc3L),
                word("PAGE_READONLY", "r--/r--", normal, PAGE, 0x0060000000000fc3L),
                word("PAGE_READONLY_EXEC", "r--/r-x", normal, PAGE, 0x0020000000000fc3L),
                word("PAGE_EXECONLY", "r--/--x", normal, PAGE, 0x0020000000000f83L),
                word("PAGE_NONE", "---/---", normal, PAGE, 0x0060000000000f82L));
    }

    private static Arguments word(String name, String permissions, MemoryType type, int level, long word) {
        return Arguments.of(name, Permissions.parse(permissions), type, level, word);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kernelWords")
    void kernel_words_are_those_of_linux(
            String name, Permissions permissions, MemoryType type, int level, long expected) {
        check(SpaceKind.KERNEL, Attributes.kernel(permissions, type), level, expected);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("userWords")
    void user_words_are_those_of_linux(
            String name, Permissions permissions, MemoryType type, int level, long expected) {
        check(SpaceKind.USER, Attributes.user(permissions), level, expected);
    }

    private static void check(SpaceKind kind, Attributes attributes, int level, long expected) {
        TranslationRegime regime =
                Arm64Plugin.setup("4k-48", Coarsening.REJECT).regimes().get(kind);
        assertThat(regime).isNotNull();
        TableFormat format = regime.format();

        long word = format.leafWord(0x1234_5600_0000L, level, regime.leafBits(attributes));

        assertThat(Long.toHexString(word)).isEqualTo(Long.toHexString(expected | 0x1234_5600_0000L));
        assertThat(format.outputAddress(word, level)).isEqualTo(0x1234_5600_0000L);
    }
}
