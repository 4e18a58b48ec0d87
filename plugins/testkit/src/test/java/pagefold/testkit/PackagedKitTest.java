package pagefold.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sample, which is no module of the build, against the jars that the build makes. */
class PackagedKitTest {
    private static final Pattern DEPENDENCY =
            Pattern.compile("<artifactId>([^<]+)</artifactId>\\s*<version>([^<]+)</version>\\s*<scope>([^<]+)</scope>");

    @TempDir
    private Path directory;

    @Test
    void a_project_of_its_own_conforms_with_nothing_but_the_packaged_jars() throws Exception {
        try (PackagedKit kit = new PackagedKit(directory)) {
            Map<String, List<String>> ran = kit.run(PackagedKit.sample(), "");

            assertThat(PackagedKit.jars()).allMatch(jar -> Files.isRegularFile(jar));
            assertThat(kit.has("pagefold.spi.ArchitecturePlugin")).isTrue();
            assertThat(kit.has("pagefold.testkit.PluginConformanceTest")).isTrue();
            for (String other :
                    List.of("pagefold.host.PluginHost", "pagefold.arm64.Arm64Plugin", "sample.SamplePlugin")) {
                assertThat(kit.has(other)).as(other).isFalse();
            }
            assertThat(ran).hasSizeGreaterThanOrEqualTo(14);
            assertThat(ran).allSatisfy((test, failures) -> assertThat(failures).isEmpty());
        }
    }

    @Test
    void the_project_names_the_interfaces_and_the_kit_and_nothing_else_of_pagefold() throws Exception {
        String pom = Files.readString(PackagedKit.SAMPLE.resolve("pom.xml"));
        Map<String, String> scopes = new TreeMap<>();
        for (Matcher found = DEPENDENCY.matcher(pom); found.find(); ) {
            scopes.put(found.group(1), found.group(3));
        }
        String parent = Files.readString(Path.of("pom.xml"));
        Matcher version = Pattern.compile("<version>([^<]+)</version>").matcher(parent);

        assertThat(scopes)
                .isEqualTo(Map.of("pagefold-api", "provided", "jspecify", "provided", "pagefold-testkit", "test"));
        assertThat(version.find()).isTrue();
        assertThat(pom)
                .contains("<pagefold.version>" + version.group(1) + "</pagefold.version>")
                .doesNotContain("<parent>");
    }

    @Test
    void the_versions_of_the_project_are_those_of_the_build() throws Exception {
        String pom = Files.readString(PackagedKit.SAMPLE.resolve("pom.xml"));
        String build = Files.readString(Path.of("..", "..", "pom.xml"));
        Pattern plugin = Pattern.compile("<artifactId>(maven-[^<]+)</artifactId>\\s*<version>([^<]+)</version>");

        int count = 0;
        for (Matcher found = plugin.matcher(pom); found.find(); count++) {
            assertThat(build)
                    .containsPattern("<artifactId>" + found.group(1) + "</artifactId>\\s*<version>"
                            + Pattern.quote(found.group(2)) + "</version>");
        }
        assertThat(count).isEqualTo(4);
        Matcher jspecify =
                Pattern.compile("<jspecify.version>([^<]+)</jspecify.version>").matcher(build);
        assertThat(jspecify.find()).isTrue();
        assertThat(pom)
                .contains("<artifactId>jspecify</artifactId>\n      <version>" + jspecify.group(1) + "</version>");
    }
}
