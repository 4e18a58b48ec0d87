package pagefold.arm32.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import pagefold.table.FaultKind;

/** Every MAIR byte under every MemAttr, against the rules of Arm ARM G5.7.5 in words. */
class MemoryAttributeTest {
    private static final List<String> DEVICE = List.of("nGnRnE", "nGnRE", "nGRE", "GRE");
    private static final List<String> CACHED = List.of("NC", "WT", "WB");

    @Test
    void the_stricter_of_two_types_holds() {
        for (int first = 0; first < 256; first++) {
            for (int second = 0; second < 16; second++) {
                int combined = MemoryAttribute.combined(first, second);

                assertThat(described(combined))
                        .as("MAIR %x, MemAttr %x", first, second)
                        .isEqualTo(expected(described(first), second));
                if (!described(combined).contains(" ")) {
                    continue;
                }
                for (int shift : new int[] {0, 4}) {
                    int nibble = combined >>> shift & 15;
                    boolean isCached = nibble != 4;
                    assertThat(isCached ? nibble & 3 : 0)
                            .as("allocation hints of MAIR %x under %x", first, second)
                            .isEqualTo(isCached ? first >>> shift & 3 : 0);
                }
            }
        }
    }

    private static String described(int attribute) {
        return attribute < 16 ? DEVICE.get(attribute >>> 2) : cached(attribute >>> 4) + " " + cached(attribute & 15);
    }

    private static String cached(int nibble) {
        return switch (nibble) {
            case 0, 4 -> "NC";
            case 1, 2, 3, 8, 9, 10, 11 -> "WT";
            default -> "WB";
        };
    }

    private static String expected(String first, int second) {
        boolean isDevice = second < 4;
        if (DEVICE.contains(first)) {
            return isDevice ? DEVICE.get(Math.min(DEVICE.indexOf(first), second)) : first;
        }
        if (isDevice) {
            return DEVICE.get(second);
        }
        String[] parts = first.split(" ", -1);
        return weaker(parts[0], second >>> 2) + " " + weaker(parts[1], second & 3);
    }

    /** The reserved inner code 0 counts as not cached. */
    private static String weaker(String first, int second) {
        return CACHED.get(Math.min(CACHED.indexOf(first), Math.max(second - 1, 0)));
    }

    @Test
    void device_and_uncached_memory_is_outer_shareable_whatever_is_stated() {
        for (int attribute = 0; attribute < 256; attribute++) {
            for (int stated = 0; stated < 4; stated++) {
                boolean isForced = attribute < 16 || attribute == 0x44;
                assertThat(MemoryAttribute.shareability(attribute, stated)).isEqualTo(isForced ? 2 : stated);
            }
        }
    }

    @Test
    void the_wider_of_two_shareabilities_holds() {
        List<Integer> byWidth = List.of(0, 3, 2);
        for (int first : byWidth) {
            for (int second : byWidth) {
                int wider = Math.max(byWidth.indexOf(first), byWidth.indexOf(second));
                assertThat(MemoryAttribute.combinedShareability(first, second)).isEqualTo(byWidth.get(wider));
            }
        }
    }

    @Test
    void a_status_has_the_code_of_its_kind_and_level() {
        assertThat(LongPar.status(FaultKind.ADDRESS_SIZE, 0)).isEqualTo(0);
        assertThat(LongPar.status(FaultKind.TRANSLATION, 3)).isEqualTo(7);
        assertThat(LongPar.status(FaultKind.ACCESS_FLAG, 2)).isEqualTo(0xa);
        assertThat(LongPar.status(FaultKind.PERMISSION, 1)).isEqualTo(0xd);
        assertThat(LongPar.status(FaultKind.DOMAIN, 2)).isEqualTo(0x3e);
    }
}
