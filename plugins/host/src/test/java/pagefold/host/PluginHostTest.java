package pagefold.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import pagefold.model.MemoryEvent;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.table.PageTableModel;
import pagefold.testkit.PluginSources;

class PluginHostTest {
    private final PluginHost host = new PluginHost();

    @Test
    void a_plugin_is_found_in_the_bytes_of_its_jar() throws Exception {
        byte[] jar = SampleJars.of("1.0");

        LoadedPlugin plugin = host.load(jar).getFirst();

        assertThat(plugin.id()).isEqualTo("sample");
        assertThat(plugin.version()).isEqualTo("1.0");
        assertThat(plugin.digest())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(jar)));
        assertThat(plugin.newModel("two-levels", Coarsening.REJECT).statistics().tables())
                .isZero();
    }

    @Test
    void a_plugin_sees_the_spi_and_the_platform_and_nothing_else_of_the_host() throws Exception {
        host.load(SampleJars.of("1.0"));

        assertThat(sees("pagefold.spi.ArchitecturePlugin")).isTrue();
        assertThat(sees("pagefold.model.Simulation")).isTrue();
        assertThat(sees("java.sql.Connection")).isTrue();
        assertThat(sees("sample.SamplePlugin")).isTrue();
        assertThat(sees("pagefold.host.PluginHost")).isFalse();
        assertThat(sees("org.slf4j.Logger")).isFalse();
        assertThat(sees("org.junit.jupiter.api.Test")).isFalse();
    }

    private boolean sees(String name) throws IOException {
        return replayed(name).equals("1.0 " + name + " true\n");
    }

    @Test
    void the_newest_version_is_found_unless_one_is_asked_for() throws IOException {
        host.load(SampleJars.of("1.9"));
        host.load(SampleJars.of("1.10"));

        assertThat(found(host.find("sample", null, "two-levels")).version()).isEqualTo("1.10");
        assertThat(found(host.find("sample", "1.9", "two-levels")).version()).isEqualTo("1.9");
    }

    private static LoadedPlugin found(PluginHost.Lookup lookup) {
        return switch (lookup) {
            case PluginHost.Lookup.Found found -> found.plugin();
            case PluginHost.Lookup.Missing missing ->
                throw new AssertionError(missing.rejection().sentence());
        };
    }

    @Test
    void a_plugin_that_is_not_there_is_rejected_with_what_is() throws IOException {
        host.load(SampleJars.of("1.0"));

        assertThat(host.find("sample", null, "deep"))
                .isInstanceOfSatisfying(
                        PluginHost.Lookup.Missing.class,
                        missing -> assertThat(missing.rejection().sentence())
                                .isEqualTo(
                                        "There is no plugin sample (newest) with profile deep; there are: sample 1.0 (two-levels)."));
        assertThat(host.find("big", "2", "two-levels")).isInstanceOf(PluginHost.Lookup.Missing.class);
    }

    @Test
    void a_version_cannot_be_loaded_twice() throws IOException {
        byte[] jar = SampleJars.of("1.0");
        host.load(jar);

        assertThatIllegalArgumentException().isThrownBy(() -> host.load(jar)).withMessageContaining("loaded already");
        assertThat(host.plugins()).hasSize(1);
    }

    @Test
    void a_replay_is_found_in_the_jar_loaded_last_and_leaves_with_it() throws IOException {
        host.load(SampleJars.of("1.0"));
        host.load(SampleJars.of("2.0"));

        assertThat(replayed("sample.Echo")).isEqualTo("2.0 sample.Echo true\n");
        host.unload("sample", "2.0");
        assertThat(replayed("sample.Echo")).isEqualTo("1.0 sample.Echo true\n");
        host.unload("sample", "1.0");
        assertThat(host.replay("echo")).isNull();
    }

    private String replayed(String line) throws IOException {
        StringBuilder out = new StringBuilder();
        Objects.requireNonNull(host.replay("echo")).replay(List.of(line), out);
        return out.toString();
    }

    @Test
    void what_is_no_plugin_jar_is_refused_with_a_sentence() throws IOException {
        byte[] foreign = PluginSources.pack(new HashMap<>(Map.of("readme.txt", new byte[3])));
        byte[] dangling = PluginSources.pack(new HashMap<>(Map.of(SampleJars.SERVICE_FILE, "no.Such".getBytes())));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> host.load(new byte[0]))
                .withMessageContaining("no jar");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> host.load(new byte[99]))
                .withMessageContaining("no jar");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> host.load(foreign))
                .withMessageContaining("declares none");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> host.load(dangling))
                .withMessageContaining("link");
        assertThat(host.plugins()).isEmpty();
    }

    @Test
    void the_loader_of_a_plugin_that_was_unloaded_is_collected() throws IOException {
        WeakReference<ClassLoader> loader = useAndUnload();

        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
            System.gc();
            return loader.get() == null;
        });
    }

    private WeakReference<ClassLoader> useAndUnload() throws IOException {
        LoadedPlugin plugin = host.load(SampleJars.of("1.0")).getFirst();
        PageTableModel model = plugin.newModel("two-levels", Coarsening.REJECT);
        model.apply(Step.of(Simulation.EMPTY, new MemoryEvent.SpaceCreated("s", SpaceKind.USER)), null);
        assertThat(model.tables("s")).hasSize(1);
        WeakReference<ClassLoader> loader = new WeakReference<>(
                Objects.requireNonNull(host.replay("echo")).getClass().getClassLoader());

        assertThat(host.unload("sample", "1.0")).isTrue();
        assertThat(host.unload("sample", "1.0")).isFalse();
        assertThat(host.plugins()).isEmpty();
        return loader;
    }

    @Test
    void runs_of_digits_in_versions_are_compared_by_value() {
        assertThat(Versions.compare("1.9", "1.10")).isNegative();
        assertThat(Versions.compare("2", "1.10")).isPositive();
        assertThat(Versions.compare("1.0", "1.0")).isZero();
        assertThat(Versions.compare("1.0", "1.0-rc1")).isNegative();
        assertThat(Versions.compare("1.007", "1.7")).isNegative();
    }
}
