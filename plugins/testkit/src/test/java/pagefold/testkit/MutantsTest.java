package pagefold.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Plugins that are wrong in one place: the kit must find every one of them, by the test that is there for it. */
class MutantsTest {
    private static final String FORMAT = "sample/SampleFormat.java";
    private static final String REGIME = "sample/SampleRegime.java";
    private static final String READER = "sample/SampleReader.java";
    private static final String PLUGIN = "sample/SamplePlugin.java";
    private static final String SERVICE = "META-INF/services/pagefold.spi.ArchitecturePlugin";

    private static final String HISTORIES = "random_histories_agree_with_the_neutral_model";
    private static final String GRANTS = "every_permission_is_granted_exactly_or_refused_with_a_reason";
    private static final String ENDS = "both_ends_of_the_input_range_can_be_mapped_and_nothing_beyond_them";
    private static final String ATTRIBUTES = "attributes_that_need_what_is_not_declared_are_refused_by_name";
    private static final String DECLARED = "what_is_declared_is_there_and_nothing_else";
    private static final String CLASSES = "the_classes_of_the_plugin_need_nothing_but_the_interfaces_and_hold_nothing";
    private static final String FOUND = "the_plugin_is_found_by_its_service_and_declares_itself";
    private static final String UNKNOWN = "a_space_that_is_not_there_is_refused_by_its_name";

    @TempDir
    private static Path directory;

    private static PackagedKit kit;

    @BeforeAll
    static void start() throws Exception {
        kit = new PackagedKit(directory);
    }

    @AfterAll
    static void stop() throws Exception {
        kit.close();
    }

    /**
     * A fault.
     *
     * @param name what is wrong, in words
     * @param file where
     * @param old what is right
     * @param now what is wrong
     * @param test that finds it
     * @param says part of what it says
     */
    private record Mutant(String name, String file, String old, String now, String test, String says) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** A fault of a model: a method that does not do what the engine's does. */
    private static Mutant model(String name, String method, String test, String says) {
        return new Mutant(name, PLUGIN, "", method, test, says);
    }

    static Stream<Mutant> words() {
        return Stream.of(
                new Mutant(
                        "execution has the other privilege's bit",
                        REGIME,
                        "SampleFormat.UX : 0);",
                        "SampleFormat.PX : 0);",
                        GRANTS,
                        ""),
                new Mutant(
                        "what is read-only may be written",
                        REGIME,
                        "(p.isWritable() ? 0 : SampleFormat.R)",
                        "(p.isNone() ? SampleFormat.R : 0)",
                        HISTORIES,
                        "WRITE"),
                new Mutant(
                        "permissions that do not fit are taken",
                        REGIME,
                        "p.isNone() || p.equals(data(p))",
                        "p.isNone() || p.includes(Permissions.NONE)",
                        GRANTS,
                        ""),
                new Mutant(
                        "software's bits get lost",
                        REGIME,
                        "| SampleFormat.field(SampleFormat.SOFTWARE, attributes.software())",
                        "",
                        HISTORIES,
                        "the walk of"),
                new Mutant(
                        "memory types are read in another order",
                        REGIME,
                        "TYPES.get(SampleFormat",
                        "TYPES.get(3 - SampleFormat",
                        HISTORIES,
                        "the walk of"),
                new Mutant(
                        "guarded pages are taken and not declared",
                        REGIME,
                        "Unfit.lacking(attributes, declared)",
                        "Unfit.lacking(attributes.withGuarded(false), declared)",
                        ATTRIBUTES,
                        "GUARDED_PAGES"),
                new Mutant(
                        "global memory is not",
                        REGIME,
                        "(attributes.global() ? SampleFormat.G : 0)",
                        "0",
                        HISTORIES,
                        "the walk of"),
                new Mutant(
                        "write protection protects nothing",
                        FORMAT,
                        "return word | R;",
                        "return word;",
                        HISTORIES,
                        "UNPRIVILEGED WRITE|PRIVILEGED WRITE"),
                new Mutant("a write leaves no trace", FORMAT, "return word | D;", "return word;", HISTORIES, "WRITE"),
                new Mutant(
                        "aging is forgotten",
                        FORMAT,
                        "accessed ? word | A : word & ~A",
                        "word | A",
                        HISTORIES,
                        "ACCESS_FLAG_FAULT"),
                new Mutant(
                        "a block leads to its first page only",
                        READER,
                        "address & (1L << GEOMETRY.shift(level)) - 1",
                        "address & 0xfff",
                        HISTORIES,
                        "leads to"),
                new Mutant(
                        "addresses beyond the input range wrap round",
                        READER,
                        "if (!SampleRegime.INPUT.contains(address)) {",
                        "if (address < 0) {",
                        ENDS,
                        ""),
                new Mutant(
                        "the walk names another level than the translation",
                        READER,
                        "Translation.level(result), STAGE)",
                        "FIRST, STAGE)",
                        HISTORIES,
                        "the walk of"),
                new Mutant(
                        "a word's address is read too short",
                        FORMAT,
                        "ADDRESS = bits(35, 12)",
                        "ADDRESS = bits(34, 12)",
                        ENDS,
                        ""));
    }

    static Stream<Mutant> plugins() {
        return Stream.of(
                new Mutant(
                        "no service names the plugin",
                        SERVICE,
                        "sample.SamplePlugin",
                        "# nothing",
                        FOUND,
                        "sample 1.0"),
                new Mutant(
                        "contiguous runs are declared and never made",
                        PLUGIN,
                        "Set.of(Capability.USER_SPACE)",
                        "Set.of(Capability.USER_SPACE, Capability.CONTIGUOUS)",
                        DECLARED,
                        "CONTIGUOUS"),
                new Mutant(
                        "five levels are declared",
                        PLUGIN,
                        "Set.of(Capability.USER_SPACE)",
                        "Set.of(Capability.USER_SPACE, Capability.FIVE_LEVELS)",
                        DECLARED,
                        "FIVE_LEVELS"),
                new Mutant(
                        "huge pages are declared and refused",
                        PLUGIN,
                        "Set.of(Capability.USER_SPACE)",
                        "Set.of(Capability.USER_SPACE, Capability.HUGE_PAGES)",
                        DECLARED,
                        "huge pages"),
                new Mutant(
                        "captures are declared and not read",
                        PLUGIN,
                        "Set.of(Capability.USER_SPACE)",
                        "Set.of(Capability.USER_SPACE, Capability.CAPTURES)",
                        DECLARED,
                        "captured machines"),
                new Mutant(
                        "static state changes",
                        PLUGIN,
                        "    /** For the service loader. */",
                        "    static int made;\n",
                        CLASSES,
                        "static field made"),
                new Mutant(
                        "the plugin looks at the clock",
                        PLUGIN,
                        "return \"1.0\";",
                        "return System.nanoTime() < 0 ? \"\" : \"1.0\";",
                        CLASSES,
                        "nanoTime"),
                new Mutant(
                        "the plugin reads a file",
                        PLUGIN,
                        "return \"1.0\";",
                        "return new java.io.File(\"/\").isFile() ? \"\" : \"1.0\";",
                        CLASSES,
                        "java/io/File"));
    }

    static Stream<Mutant> models() {
        return Stream.of(
                model("the tables of the last space are not freed", """
                        public void apply(Step step, @Nullable TableListener listener) {
                            boolean isLast = step.after().spaces().isEmpty();
                            if (!isLast || !(step.event() instanceof MemoryEvent.SpaceDestroyed)) {
                                model.apply(step, listener);
                            }
                        }
                        """, HISTORIES, "is left"),
                model("a table is counted that is not there", """
                        public ModelStatistics statistics() {
                            List<ModelStatistics.Space> more = new java.util.ArrayList<>();
                            for (ModelStatistics.Space s : model.statistics().spaces()) {
                                long tables = s.tables() + 1;
                                more.add(new ModelStatistics.Space(
                                    s.space(), s.kind(), s.root(), tables, 0, s.leaves(), 0, s.mappedBytes()));
                            }
                            return new ModelStatistics(more, 0, 0);
                        }
                        """, HISTORIES, "tables are listed"),
                model("nothing is refused", """
                        public @Nullable Refusal check(List<Step> steps) {
                            return null;
                        }
                        """, HISTORIES, ""),
                model("forks are always refused", """
                        public @Nullable Refusal check(List<Step> steps) {
                            for (int i = 0; i < steps.size(); i++) {
                                if (steps.get(i).event() instanceof MemoryEvent.SpaceForked) {
                                    return new Refusal(i, new Rejection.LimitExceeded("forks", 0, 1));
                                }
                            }
                            return model.check(steps);
                        }
                        """, HISTORIES, "SpaceForked was refused"),
                model("a check does what it checks", """
                        public @Nullable Refusal check(List<Step> steps) {
                            Refusal refusal = model.check(steps);
                            if (refusal == null && steps.getFirst().event() instanceof MemoryEvent.RangeAged) {
                                model.apply(steps.getFirst(), null);
                            }
                            return refusal;
                        }
                        """, HISTORIES, ""),
                model("a refusal names no step", """
                        public @Nullable Refusal check(List<Step> steps) {
                            Refusal refusal = model.check(steps);
                            return refusal == null ? null : new Refusal(steps.size(), refusal.rejection());
                        }
                        """, HISTORIES, "a refusal without a step"),
                model("nobody is told of words", """
                        public void apply(Step step, @Nullable TableListener listener) {
                            model.apply(step, null);
                        }
                        """, HISTORIES, "five generic levels give|told"),
                model("nothing is invalidated", """
                        public void apply(Step step, @Nullable TableListener listener) {
                            model.apply(step, listener == null ? null : new TableListener() {
                                @Override
                                public void wrote(long address, int level, long oldWord, long newWord) {
                                    listener.wrote(address, level, oldWord, newWord);
                                }

                                @Override
                                public void invalidated(String space, long start, long last, boolean leafOnly) {}

                                @Override
                                public void invalidatedAll(String space) {}
                            });
                        }
                        """, HISTORIES, "complaints"),
                model("a mapping is not shown", """
                        public void mappings(String space, MappingSink sink) {
                            boolean[] more = new boolean[1];
                            model.mappings(space, (range, leafSize, entrySize, attributes) -> {
                                if (more[0]) {
                                    sink.mapping(range, leafSize, entrySize, attributes);
                                }
                                more[0] = true;
                            });
                        }
                        """, HISTORIES, "mappings of"),
                model("a single table is not found", """
                        public @Nullable TableView table(long address) {
                            return null;
                        }
                        """, HISTORIES, ""),
                model("nothing is saved", """
                        public void save(StateSink sink) {}

                        @Override
                        public void restore(StateSource source) {}
                        """, HISTORIES, ""),
                model("a saved model has something in it that chance gave", """
                        public void save(StateSink sink) {
                            model.save(sink);
                            sink.number(System.identityHashCode(this));
                        }

                        @Override
                        public void restore(StateSource source) {
                            model.restore(source);
                            source.number();
                        }
                        """, HISTORIES, "saved"),
                model("a dump is another one each time", """
                        public void dump(String space, Appendable out) throws java.io.IOException {
                            model.dump(space, out);
                            out.append(Integer.toString(System.identityHashCode(this)));
                        }
                        """, HISTORIES, "the same history gives"),
                model(
                        "the mapping of a model that may widen is wider than need be",
                        """
                        public ModelStatistics statistics() {
                            ModelStatistics was = model.statistics();
                            return coarsening == Coarsening.WIDEN
                                ? new ModelStatistics(was.spaces(), 4096, was.widenedPermissionBytes()) : was;
                        }
                        """,
                        HISTORIES,
                        "beyond what fits"),
                model(
                        "a model that may widen forgets that pages age",
                        """
                        public void apply(Step step, pagefold.table.@Nullable TableListener listener) {
                            boolean ages = step.event() instanceof MemoryEvent.RangeAged;
                            if (!ages || coarsening != Coarsening.WIDEN) {
                                model.apply(step, listener);
                            }
                        }
                        """,
                        HISTORIES,
                        "what fits is written in another way"),
                model("a space that is not there is an empty one", """
                        public long translate(String space, long address, Access access, Privilege privilege) {
                            return model.statistics().spaces().stream().anyMatch(each -> each.space().equals(space))
                                ? model.translate(space, address, access, privilege) : Long.MIN_VALUE;
                        }
                        """, UNKNOWN, "translate"));
    }

    @ParameterizedTest
    @MethodSource({"words", "plugins", "models"})
    void a_fault_is_found_by_the_test_that_is_there_for_it(Mutant mutant) throws Exception {
        PluginSources project = mutant.old.isEmpty()
                ? wrapped(mutant.now)
                : PackagedKit.sample().replacing(mutant.file, mutant.old, mutant.now);

        Map<String, List<String>> ran = kit.run(project, mutant.test);

        List<String> failures = ran.getOrDefault(mutant.test, List.of());
        assertThat(failures).isNotEmpty();
        assertThat(failures).anySatisfy(failure -> assertThat(failure).containsPattern(mutant.says));
    }

    private static PluginSources wrapped(String method) throws Exception {
        Path wrapped = Path.of("src", "test", "resources", "mutants", "Wrapped.java");
        return PackagedKit.sample()
                .with("sample/Wrapped.java", Files.readString(wrapped))
                .replacing(PLUGIN, "return new TableModel(new", "return new Wrapped(new TableModel(new")
                .replacing(PLUGIN, "coarsening));", "coarsening))) { @Override " + method + " };")
                .replacing(
                        PLUGIN,
                        "import java.util.List;",
                        "import java.util.List; import org.jspecify.annotations.Nullable; import pagefold.model.Access;"
                                + " import pagefold.model.MemoryEvent; import pagefold.model.Privilege;"
                                + " import pagefold.model.Rejection; import pagefold.model.StateSink;"
                                + " import pagefold.model.StateSource; import pagefold.model.Step;"
                                + " import pagefold.table.ModelStatistics; import pagefold.table.TableListener;"
                                + " import pagefold.table.TableView;");
    }
}
