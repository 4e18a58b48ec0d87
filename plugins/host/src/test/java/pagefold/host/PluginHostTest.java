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
import pagefold.model.PluginBinding.Coarsening;
import pagefold.table.PageTableModel;

class PluginHostTest {
    private final PluginHost host = new PluginHost();

    @Test
    void a_plugin_is_found_in_the_bytes_of_its_jar() throws Exception {
        byte[] jar = TinyPlugin.jar("1.0");

        LoadedPlugin plugin = host.load(jar).getFirst();

        assertThat(plugin.id()).isEqualTo("tiny");
        assertThat(plugin.version()).isEqualTo("1.0");
        assertThat(plugin.digest())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(jar)));
        assertThat(plugin.newModel("flat", Coarsening.REJECT).statistics().tables())
                .isZero();
    }

    @Test
    void a_plugin_sees_the_spi_and_the_platform_and_nothing_else_of_the_host() throws Exception {
        LoadedPlugin plugin = host.load(TinyPlugin.jar("1.0")).getFirst();
        Class<?> type = plugin.newModel("flat", Coarsening.REJECT).getClass().getEnclosingClass();

        assertThat(type.getClassLoader()).isNotEqualTo(getClass().getClassLoader());
        assertThat(sees(type, "pagefold.spi.ArchitecturePlugin")).isTrue();
        assertThat(sees(type, "pagefold.model.Simulation")).isTrue();
        assertThat(sees(type, "java.sql.Connection")).isTrue();
        assertThat(sees(type, "pagefold.host.PluginHost")).isFalse();
        assertThat(sees(type, "org.slf4j.Logger")).isFalse();
        assertThat(sees(type, "org.junit.jupiter.api.Test")).isFalse();
    }

    private static boolean sees(Class<?> plugin, String name) throws ReflectiveOperationException {
        return (boolean) plugin.getMethod("sees", String.class).invoke(null, name);
    }

    @Test
    void the_newest_version_is_found_unless_one_is_asked_for() throws IOException {
        host.load(TinyPlugin.jar("1.9"));
        host.load(TinyPlugin.jar("1.10"));

        assertThat(found(host.find("tiny", null, "flat")).version()).isEqualTo("1.10");
        assertThat(found(host.find("tiny", "1.9", "flat")).version()).isEqualTo("1.9");
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
        host.load(TinyPlugin.jar("1.0"));

        assertThat(host.find("tiny", null, "deep"))
                .isInstanceOfSatisfying(
                        PluginHost.Lookup.Missing.class,
                        missing -> assertThat(missing.rejection().sentence())
                                .isEqualTo(
                                        "There is no plugin tiny (newest) with profile deep; there are: tiny 1.0 (flat)."));
        assertThat(host.find("big", "2", "flat")).isInstanceOf(PluginHost.Lookup.Missing.class);
    }

    @Test
    void a_version_cannot_be_loaded_twice() throws IOException {
        byte[] jar = TinyPlugin.jar("1.0");
        host.load(jar);

        assertThatIllegalArgumentException().isThrownBy(() -> host.load(jar)).withMessageContaining("loaded already");
        assertThat(host.plugins()).hasSize(1);
    }

    @Test
    void a_replay_is_found_in_the_jar_loaded_last_and_leaves_with_it() throws IOException {
        host.load(TinyPlugin.jar("1.0"));
        host.load(TinyPlugin.jar("2.0"));

        assertThat(replayed("echo")).isEqualTo("2.0 line");
        host.unload("tiny", "2.0");
        assertThat(replayed("echo")).isEqualTo("1.0 line");
        host.unload("tiny", "1.0");
        assertThat(host.replay("echo")).isNull();
    }

    private String replayed(String format) throws IOException {
        StringBuilder out = new StringBuilder();
        Objects.requireNonNull(host.replay(format)).replay(List.of("line"), out);
        return out.toString();
    }

    @Test
    void what_is_no_plugin_jar_is_refused_with_a_sentence() throws IOException {
        byte[] foreign = TinyPlugin.pack(new HashMap<>(Map.of("readme.txt", new byte[3])));
        byte[] dangling = TinyPlugin.pack(new HashMap<>(Map.of(TinyPlugin.SERVICE_FILE, "no.Such".getBytes())));

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
        LoadedPlugin plugin = host.load(TinyPlugin.jar("1.0")).getFirst();
        PageTableModel model = plugin.newModel("flat", Coarsening.REJECT);
        assertThat(model.tables("any")).isEmpty();
        WeakReference<ClassLoader> loader = new WeakReference<>(model.getClass().getClassLoader());

        assertThat(host.unload("tiny", "1.0")).isTrue();
        assertThat(host.unload("tiny", "1.0")).isFalse();
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
