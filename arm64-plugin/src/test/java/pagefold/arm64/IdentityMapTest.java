package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.Rejection;
import pagefold.model.Sharing;
import pagefold.model.SpaceKind;
import pagefold.spi.Profile;

/** What an identity map refuses; its words are judged in {@link IdentityMachineTest}. */
class IdentityMapTest {
    private static final String SPACE = "id";

    static Stream<Profile> profiles() {
        return new Arm64Plugin().profiles().stream();
    }

    /** One space of a kind. */
    private static KernelBench bench(Profile profile, SpaceKind kind) {
        KernelBench bench = new KernelBench(profile.name());
        bench.run(new MemoryCommand.CreateSpace(SPACE, kind));
        return bench;
    }

    private static Attributes attributes(String permissions) {
        return Attributes.kernel(Permissions.parse(permissions), MemoryType.NORMAL_WB);
    }

    private static MemoryCommand map(long address, long size, String permissions) {
        return new MemoryCommand.MapRange(
                SPACE,
                AddressRange.ofSize(address, size),
                new Output.Physical(address),
                attributes(permissions),
                false);
    }

    @ParameterizedTest
    @MethodSource("profiles")
    void nothing_leads_elsewhere(Profile profile) {
        KernelBench bench = bench(profile, SpaceKind.IDMAP);
        long size = 1L << profile.granuleBits();
        AddressRange range = AddressRange.ofSize(size, size);
        bench.run(map(size, size, "r-x/---"));

        assertThat(bench.refuse(new MemoryCommand.MapRange(
                        SPACE, range, new Output.Physical(2 * size), attributes("r-x/---"), true)))
                .isEqualTo(new Rejection.NotRepresentable(
                        profile.name(),
                        SPACE,
                        range,
                        "output",
                        "the address itself as its output, in an identity map"));
        assertThat(bench.refuse(new MemoryCommand.MapRange(
                        SPACE, range, new Output.Backed("o", 0, Sharing.SHARED), attributes("r-x/---"), true)))
                .isInstanceOf(Rejection.NotRepresentable.class);
        assertThat(bench.refuse(new MemoryCommand.MoveRange(SPACE, range, AddressRange.ofSize(4 * size, size), false)))
                .isInstanceOf(Rejection.NotRepresentable.class);
        assertThat(bench.refuse(map(1L << 48, size, "r-x/---"))).isInstanceOf(Rejection.NotRepresentable.class);
    }

    @Test
    void pages_beyond_48_bits_are_for_profiles_that_have_them() {
        KernelBench bench = new KernelBench("4k-48");
        KernelBench wide = bench(
                profiles()
                        .filter(each -> each.name().equals("4k-52"))
                        .findFirst()
                        .orElseThrow(),
                SpaceKind.IDMAP_PAGE_52);

        assertThat(bench.refuse(new MemoryCommand.CreateSpace(SPACE, SpaceKind.IDMAP_PAGE_52)))
                .isEqualTo(new Rejection.MissingCapability("IDENTITY_MAPS_52", "arm64", "4k-48"));
        assertThat(wide.refuse(map(0, 0x1000, "r-x/---"))).isInstanceOf(Rejection.NotRepresentable.class);
    }
}
