package pagefold.server;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The dependency rules of the design and the sizes of the house style. */
class ArchitectureTest {
    private static final Path ROOT = root();
    private static final List<String> ARCHITECTURES = List.of("pagefold.arm32..", "pagefold.arm64..");
    private static final String[] PURE = {
        "pagefold.model..", "pagefold.table..", "pagefold.spi..", "pagefold.arm32..", "pagefold.arm64.."
    };
    private static final int MAX_MAIN_LINES = 400;
    private static final int MAX_TEST_LINES = 600;
    private static final int MAX_PUBLIC_TYPES = 15;
    /**
     * The domain's sealed hierarchies are many small records; the table package has an interface on either side;
     * what the replay gets from a cluster is an interface of its own.
     */
    private static final Map<String, Integer> LARGER_PACKAGES =
            Map.of("pagefold.model", 24, "pagefold.table", 17, "pagefold.server.replay", 16);
    /** One recursive walk for each operation on tables: they are read together. */
    private static final Map<String, Integer> LARGER_FILES =
            Map.of("plugins/api/src/main/java/pagefold/table/PageTable.java", 410);

    private static final JavaClasses CLASSES = imported();

    private static Path root() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("plugins")) ? here : here.getParent();
    }

    private static JavaClasses imported() {
        List<Location> locations = new ArrayList<>();
        for (String module : List.of("plugins/api", "plugins/host", "plugins/testkit", "server")) {
            locations.add(Location.of(ROOT.resolve(module).resolve("target/classes")));
        }
        for (String architecture : List.of("arm32", "arm64")) {
            var jar = ArchitectureTest.class.getResource("/plugins/pagefold-" + architecture + ".jar");
            assertThat(jar).as("the plugin " + architecture).isNotNull();
            locations.add(Location.of(URI.create("jar:" + jar + "!/")));
        }
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importLocations(locations);
    }

    private static final DescribedPredicate<JavaClass> OURS = resideInAPackage("pagefold..");

    private static ArchRule mayUse(String user, String... used) {
        List<String> all = new ArrayList<>(List.of(used));
        all.add(user);
        return classes()
                .that()
                .resideInAPackage(user)
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(all.toArray(String[]::new)).or(DescribedPredicate.not(OURS)));
    }

    private static ArchRule only(String[] users, String... used) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(users)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(used)
                .allowEmptyShould(true);
    }

    static Stream<ArchRule> rules() {
        return Stream.of(
                mayUse("pagefold.model.."),
                mayUse("pagefold.table..", "pagefold.model.."),
                mayUse("pagefold.spi..", "pagefold.table..", "pagefold.model.."),
                mayUse("pagefold.arm32..", "pagefold.spi..", "pagefold.table..", "pagefold.model.."),
                mayUse("pagefold.arm64..", "pagefold.spi..", "pagefold.table..", "pagefold.model.."),
                mayUse("pagefold.testkit..", "pagefold.spi..", "pagefold.table..", "pagefold.model.."),
                mayUse("pagefold.host..", "pagefold.spi..", "pagefold.table..", "pagefold.model.."),
                mayUse(
                        "pagefold.server..",
                        "pagefold.host..",
                        "pagefold.spi..",
                        "pagefold.table..",
                        "pagefold.model.."),
                mayUse("pagefold.server.wire..", "pagefold.model.."),
                mayUse("pagefold.server.importer..", "pagefold.model.."),
                mayUse("pagefold.server.log..", "pagefold.model..", "pagefold.server.wire.."),
                mayUse(
                        "pagefold.server.replay..",
                        "pagefold.host..",
                        "pagefold.spi..",
                        "pagefold.table..",
                        "pagefold.model..",
                        "pagefold.server.log..",
                        "pagefold.server.watch.."),
                mayUse("pagefold.server.watch..", "pagefold.model.."),
                mayUse(
                        "pagefold.server.space..",
                        "pagefold.host..",
                        "pagefold.spi..",
                        "pagefold.table..",
                        "pagefold.model..",
                        "pagefold.server.log..",
                        "pagefold.server.replay..",
                        "pagefold.server.watch.."),
                mayUse(
                        "pagefold.server.plugins..",
                        "pagefold.host..",
                        "pagefold.spi..",
                        "pagefold.model..",
                        "pagefold.server.log.."),
                mayUse("pagefold.server.local..", "pagefold.server.log..", "pagefold.server.access.."),
                mayUse("pagefold.server.linearizability.."),
                mayUse("pagefold.server.client.."),
                mayUse(
                        "pagefold.server.load..",
                        "pagefold.model..",
                        "pagefold.server.wire..",
                        "pagefold.server.client.."),
                mayUse(
                        "pagefold.server.stress..",
                        "pagefold.model..",
                        "pagefold.server.wire..",
                        "pagefold.server.client..",
                        "pagefold.server.linearizability..",
                        "pagefold.server.load..",
                        "pagefold.server.local.."),
                mayUse(
                        "pagefold.server.compare..",
                        "pagefold.host..",
                        "pagefold.spi..",
                        "pagefold.table..",
                        "pagefold.model..",
                        "pagefold.server.importer..",
                        "pagefold.server.log..",
                        "pagefold.server.replay..",
                        "pagefold.server.watch..",
                        "pagefold.server.wire.."),
                mayUse(
                        "pagefold.server.history..",
                        "pagefold.host..",
                        "pagefold.table..",
                        "pagefold.model..",
                        "pagefold.server.log..",
                        "pagefold.server.replay..",
                        "pagefold.server.watch.."),
                mayUse(
                        "pagefold.server.cluster..",
                        "pagefold.host..",
                        "pagefold.table..",
                        "pagefold.server.log..",
                        "pagefold.server.replay..",
                        "pagefold.server.space.."),
                noClasses()
                        .that()
                        .resideOutsideOfPackage("pagefold.server.cli..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("pagefold.server.cli.."),
                slices().matching("pagefold.(**)").should().beFreeOfCycles());
    }

    static Stream<ArchRule> libraries() {
        return Stream.of(
                only(
                        new String[] {
                            "pagefold.server.wire..",
                            "pagefold.server.log..",
                            "pagefold.server.compare..",
                            "pagefold.server.api..",
                            "pagefold.server.stream..",
                            "pagefold.server.cli..",
                            "pagefold.testkit.."
                        },
                        "com.fasterxml.jackson..",
                        "tools.jackson.."),
                only(
                        new String[] {"pagefold.server.api..", "pagefold.server.stream..", "pagefold.server.ops.."},
                        "io.vertx.ext.web..",
                        "io.vertx.openapi.."),
                only(
                        new String[] {"pagefold.server.log..", "pagefold.server.local.."},
                        "java.sql..",
                        "org.sqlite..",
                        "org.postgresql..",
                        "org.flywaydb.."),
                only(new String[] {"pagefold.server.cluster.."}, "com.hazelcast.."),
                only(new String[] {"pagefold.server.cli.."}, "picocli..", "me.tongfei.."),
                noClasses()
                        .that()
                        .resideOutsideOfPackages(
                                "pagefold.server.log..",
                                "pagefold.server.plugins..",
                                "pagefold.server.local..",
                                "pagefold.server.cli..",
                                "pagefold.testkit..")
                        .should()
                        .dependOnClassesThat(DescribedPredicate.describe(
                                "are files",
                                type -> type.getName().startsWith("java.io.File")
                                        || type.getName().startsWith("java.io.RandomAccess")
                                        || type.getName().equals("java.nio.file.Files")
                                        || type.getName().startsWith("java.nio.channels.File"))));
    }

    static Stream<ArchRule> purity() {
        return Stream.of(
                noClasses()
                        .that()
                        .resideInAnyPackage(PURE)
                        .should()
                        .dependOnClassesThat(DescribedPredicate.describe(
                                "are impure",
                                type -> type.getName().startsWith("java.nio.file.")
                                        || type.getName().startsWith("java.net.")
                                        || type.getName().startsWith("java.time.")
                                        || type.getName().startsWith("java.util.concurrent.")
                                        || type.getName().startsWith("java.util.logging.")
                                        || type.getName().startsWith("java.util.random.")
                                        || type.getName().equals("java.lang.Thread")
                                        || type.getName().startsWith("java.lang.ThreadLocal")
                                        || type.getName().equals("java.util.Random")
                                        || type.getName().startsWith("java.io.")
                                                && !type.getName().equals("java.io.IOException")
                                                && !type.getName().equals("java.io.UncheckedIOException")
                                                && !type.getName().equals("java.io.Serializable"))),
                noClasses().that().resideInAnyPackage(PURE).should().callMethod(System.class, "currentTimeMillis"),
                noClasses().that().resideInAnyPackage(PURE).should().callMethod(System.class, "nanoTime"),
                noClasses().that().resideInAnyPackage(PURE).should().callMethod(Math.class, "random"),
                classes()
                        .that()
                        .resideInAnyPackage(PURE)
                        .should()
                        .onlyDependOnClassesThat(
                                resideInAnyPackage("java..", "pagefold..", "org.jspecify.annotations..")));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void packages_depend_on_each_other_as_the_design_says(ArchRule rule) {
        rule.check(CLASSES);
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void libraries_stay_where_they_belong(ArchRule rule) {
        rule.check(CLASSES);
    }

    @ParameterizedTest
    @MethodSource("purity")
    void the_core_is_pure(ArchRule rule) {
        rule.check(CLASSES);
    }

    @Test
    void nothing_depends_on_an_architecture() {
        for (String architecture : ARCHITECTURES) {
            noClasses()
                    .that()
                    .resideOutsideOfPackage(architecture)
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(architecture)
                    .check(CLASSES);
        }
    }

    @Test
    void the_core_has_no_static_state_that_changes() {
        List<String> changing = CLASSES.stream()
                .filter(resideInAnyPackage(PURE))
                .flatMap(type -> type.getFields().stream())
                .filter(field -> field.getModifiers().contains(JavaModifier.STATIC)
                        && !field.getModifiers().contains(JavaModifier.FINAL))
                .map(Object::toString)
                .toList();

        assertThat(changing).isEmpty();
    }

    @Test
    void packages_are_small() {
        Map<String, Long> publicTypes = CLASSES.stream()
                .filter(type -> type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC))
                .collect(Collectors.groupingBy(JavaClass::getPackageName, TreeMap::new, Collectors.counting()));

        assertThat(publicTypes)
                .isNotEmpty()
                .allSatisfy((name, count) -> assertThat(count)
                        .as("public types of " + name)
                        .isLessThanOrEqualTo(LARGER_PACKAGES.getOrDefault(name, MAX_PUBLIC_TYPES)));
    }

    @Test
    void files_are_small() throws IOException {
        Map<String, Long> tooLong = new TreeMap<>();
        for (Path file : sources()) {
            String name = inRoot(file);
            long lines;
            try (Stream<String> all = Files.lines(file)) {
                lines = all.count();
            }
            int limit = name.contains("/src/main/") ? MAX_MAIN_LINES : MAX_TEST_LINES;
            if (lines > LARGER_FILES.getOrDefault(name, limit)) {
                tooLong.put(name, lines);
            }
        }

        assertThat(tooLong).isEmpty();
    }

    @Test
    void every_package_is_null_marked() throws IOException {
        List<String> unmarked = new ArrayList<>();
        for (Path file : sources()) {
            if (!inRoot(file).contains("/src/main/") || file.endsWith("module-info.java")) {
                continue;
            }
            Path info = file.resolveSibling("package-info.java");
            if (!Files.exists(info) || !Files.readString(info).contains("@NullMarked")) {
                unmarked.add(inRoot(file.getParent()));
            }
        }

        assertThat(unmarked.stream().distinct()).isEmpty();
    }

    private static List<Path> sources() throws IOException {
        List<Path> found = new ArrayList<>();
        for (String module : List.of("plugins", "arm32-plugin", "arm64-plugin", "server", "bench")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module))) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .filter(file -> !inRoot(file).contains("/target/"))
                        .forEach(found::add);
            }
        }
        assertThat(found).isNotEmpty();
        return found;
    }

    /** The path below the project's folder: what the folder itself is called must not matter. */
    private static String inRoot(Path file) {
        return ROOT.relativize(file).toString().replace('\\', '/');
    }
}
