package pagefold.arm64.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.arm64.walk.Request;
import pagefold.arm64.walk.Stage1;
import pagefold.arm64.walk.Stage1Range;
import pagefold.arm64.walk.Stage2;
import pagefold.arm64.walk.TableRange;
import pagefold.arm64.walk.TranslationWalker;
import pagefold.model.Access;
import pagefold.model.Privilege;
import pagefold.table.PhysicalMemory;
import pagefold.table.Translation;

/** Random sequences of operations against a model of mappings, and against a hardware walk. */
class RandomOperationsTest {
    private static final int SEQUENCES = 25;
    private static final int OPERATIONS = 14;
    private static final int[] GUEST_BITS = {32, 36, 40, 42, 44, 48};
    private static final int[] HYP_BITS = {39, 48};
    private static final KvmPolicy POLICY = KvmPolicy.LINUX_5_17;
    private static final long LIMIT = 1L << 30;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private int granuleBits;
    private int inputBits;
    private long[] places = new long[0];

    private void begin(int granule, int[] sizes) {
        granuleBits = granule;
        inputBits = sizes[random.nextInt(sizes.length)];
        int blockBits = 2 * granule - 3;
        places = new long[3];
        for (int i = 0; i < places.length; i++) {
            places[i] = random.nextLong(1L << inputBits - blockBits) << blockBits;
        }
    }

    private long address() {
        long pages = 1L << granuleBits - 3;
        long page = random.nextInt(3) == 0 ? 0 : random.nextLong(pages);
        return Math.min(places[random.nextInt(places.length)] + (page << granuleBits), (1L << inputBits) - 1);
    }

    private long size() {
        long block = 1L << 2 * granuleBits - 3;
        return switch (random.nextInt(4)) {
            case 0 -> 1 + random.nextLong(16L << granuleBits);
            case 1 -> block;
            case 2 -> block * (1 + random.nextInt(3));
            default -> random.nextLong(block);
        };
    }

    private long physical(long address) {
        long block = 1L << 2 * granuleBits - 3;
        long base = (1 + random.nextLong(4)) * 16 * block;
        return random.nextInt(3) == 0 ? base + (random.nextLong(512) << granuleBits) : base + (address & block - 1);
    }

    private long protection() {
        return random.nextInt(16) | (random.nextInt(4) == 0 ? random.nextLong(16) << 55 : 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 14, 16})
    void a_guests_tables_hold_what_the_model_says(int granule) {
        System.out.println("-Dseed=" + seed);
        for (int i = 0; i < SEQUENCES; i++) {
            begin(granule, GUEST_BITS);
            boolean forcedWriteBack = random.nextBoolean();
            boolean pagesOnly = random.nextInt(4) == 0;
            Vmsa64Geometry geometry = KvmGeometry.stage2(granule, inputBits, POLICY);
            Stage2Tables guest = new Stage2Tables(geometry, POLICY, forcedWriteBack, pagesOnly, LIMIT);
            KvmModel model = new KvmModel(granule, inputBits, geometry.startLevel());
            for (int j = 0; j < OPERATIONS; j++) {
                String what = operate(guest, model, forcedWriteBack, pagesOnly);
                check(guest.tables(), model, what, true);
            }
            TranslationWalker walker = stage2Walker(guest, forcedWriteBack);
            checkTranslations(walker, model, 1L << 6);
            guest.unmap(0, 1L << inputBits);
            assertThat(guest.liveTables()).isEqualTo(new KvmModel(granule, inputBits, geometry.startLevel()).live());
            guest.destroy();
            assertThat(guest.tables().pages.memory().usedBytes()).isZero();
        }
    }

    private String operate(Stage2Tables guest, KvmModel model, boolean forcedWriteBack, boolean pagesOnly) {
        long address = address();
        long size = size();
        long protection = protection();
        String what = " seed " + seed + " at " + Long.toHexString(address) + " size " + Long.toHexString(size);
        switch (random.nextInt(9)) {
            case 0, 1, 2 -> {
                long physical = physical(address);
                Outcome expected = (protection & 9) == 9
                        ? Outcome.INVALID
                        : model.map(address, size, physical, attributes(protection, forcedWriteBack), pagesOnly);
                assertThat(guest.map(address, size, physical, protection))
                        .as("map" + what)
                        .isEqualTo(expected);
            }
            case 3 -> {
                long owner = random.nextLong(3);
                assertThat(guest.setOwner(address, size, owner)).isEqualTo(model.setOwner(address, size, owner));
            }
            case 4 -> assertThat(guest.unmap(address, size)).isEqualTo(model.unmap(address, size));
            case 5 -> assertThat(guest.writeProtect(address, size)).isEqualTo(model.writeProtect(address, size));
            case 6 -> assertThat(guest.makeYoung(address)).isEqualTo(model.age(address, true));
            case 7 -> assertThat(guest.makeOld(address)).isEqualTo(model.age(address, false));
            default ->
                assertThat(guest.relaxPermissions(address, protection & 7)).isEqualTo(model.relax(address, protection));
        }
        return what;
    }

    private static long attributes(long protection, boolean forcedWriteBack) {
        boolean device = (protection & 8) != 0;
        long memory = device ? 1 : forcedWriteBack ? 6 : 15;
        return memory << 2
                | (protection & 4) << 4
                | (protection & 2) << 6
                | 3L << 8
                | 1L << 10
                | ((protection & 1) == 0 ? 1L << 54 : 0)
                | protection & 0xfL << 55;
    }

    private static void check(KvmTables tables, KvmModel model, String what, boolean counted) {
        var found = counted ? KvmTablesCheck.entries(tables) : KvmTablesCheck.entriesUncounted(tables);
        assertThat(found.equals(model.entries)).as("entries after" + what).isTrue();
        assertThat(KvmTablesCheck.expanded(tables).equals(model.entries))
                .as("runs after" + what)
                .isTrue();
        assertThat(tables.pages.live()).as("tables after" + what).isEqualTo(model.live());
        assertThat(tables.maintenance.invalidations())
                .as("invalidations after" + what)
                .isEqualTo(model.invalidations);
        assertThat(tables.maintenance.flushes()).as("flushes after" + what).isEqualTo(model.flushes);
        assertThat(tables.maintenance.warnings()).as("warnings after" + what).isEqualTo(model.warnings);
    }

    private static TranslationWalker stage2Walker(Stage2Tables guest, boolean forcedWriteBack) {
        Vmsa64Geometry said = KvmGeometryTest.fromVtcr(KvmGeometry.vtcr(guest.tables().geometry, POLICY));
        Stage2.Controls controls = new Stage2.Controls(true, false, 3, false, forcedWriteBack, false, false, false);
        PhysicalMemory memory = guest.memory();
        return TranslationWalker.ofStage2(
                new Stage2(TableRange.of(said, 2, guest.root(), 48, false), controls), memory);
    }

    private void checkTranslations(TranslationWalker walker, KvmModel model, long readable) {
        int request = Request.of(Access.READ, Privilege.PRIVILEGED);
        for (var entry : model.entries.entrySet()) {
            long size = 1L << model.shift(entry.getValue().level());
            for (long offset : new long[] {0, random.nextLong(size), size - 1}) {
                checkTranslation(walker, request, entry.getKey() + offset, model, readable);
            }
        }
        for (long place : places) {
            checkTranslation(walker, request, place, model, readable);
        }
    }

    private void checkTranslation(TranslationWalker walker, int request, long address, KvmModel model, long readable) {
        long word = model.word(address);
        long output = walker.resolve(address, request);
        if (word == 0 || (word & readable) != readable) {
            assertThat(Translation.isFault(output)).as("seed %d", seed).isTrue();
        } else {
            long size = 1L
                    << model.shift(model.entries.floorEntry(address).getValue().level());
            assertThat(output).as("seed %d", seed).isEqualTo(word & 0xffff_ffff_ffffL & -size | address & size - 1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 14, 16})
    void the_hypervisors_tables_hold_what_the_model_says(int granule) {
        System.out.println("-Dseed=" + seed);
        for (int i = 0; i < SEQUENCES; i++) {
            begin(granule, HYP_BITS);
            Vmsa64Geometry geometry = KvmGeometry.hyp(granule, inputBits);
            HypTables hyp = new HypTables(geometry, POLICY, LIMIT);
            KvmModel model = new KvmModel(granule, inputBits, geometry.startLevel());
            for (int j = 0; j < OPERATIONS; j++) {
                String what = operate(hyp, model);
                check(hyp.tables(), model, what, model.warnings == 0);
            }
            checkTranslations(hypWalker(hyp, geometry), model, 0);
        }
    }

    private String operate(HypTables hyp, KvmModel model) {
        long address = address();
        long size = size();
        long protection = protection() | 4;
        String what = " seed " + seed + " at " + Long.toHexString(address) + " size " + Long.toHexString(size);
        if (random.nextInt(5) < 3) {
            long physical = physical(address);
            boolean refused = (protection & 1) != 0 && (protection & 10) != 0;
            long attributes = (protection & 8) << 1
                    | ((protection & 2) != 0 ? 1L : 3L) << 6
                    | 3L << 8
                    | 1L << 10
                    | ((protection & 1) == 0 ? 1L << 54 : 0)
                    | protection & 0xfL << 55;
            Outcome expected = refused ? Outcome.INVALID : model.hypMap(address, size, physical, attributes);
            assertThat(hyp.map(address, size, physical, protection))
                    .as("map" + what)
                    .isEqualTo(expected);
        } else {
            assertThat(hyp.unmap(address, size)).as("unmap" + what).isEqualTo(model.hypUnmap(address, size));
        }
        return what;
    }

    private static TranslationWalker hypWalker(HypTables hyp, Vmsa64Geometry geometry) {
        Vmsa64Geometry said = Vmsa64Geometry.stage1(geometry.granuleBits(), geometry.inputBits(), OutputEncoding.PA_48);
        Stage1Range range = Stage1Range.lower(TableRange.of(said, hyp.root(), 48), Stage1Range.Controls.KERNEL);
        Stage1 regime = Stage1.oneRange(range, Stage1.Controls.of(0x04_0000_00ffL, false, false));
        return new TranslationWalker(regime, null, hyp.memory());
    }
}
