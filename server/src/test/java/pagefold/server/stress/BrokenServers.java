package pagefold.server.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Builds of the server with another text in one place. */
final class BrokenServers {
    private static final String WRITER = "server/src/main/java/pagefold/server/log/Appends.java";

    private BrokenServers() {}

    /** A log without its fence: whoever appends, appends, whosever the simulation is and wherever its head is. */
    static String withoutFence(Path folder) throws IOException {
        return changed(
                folder,
                Map.of(
                        "where name = ? and epoch = ? and head = ? returning",
                        "where name = ? and ? >= 0 and ? >= 0 returning",
                        "where id = ? and epoch = ? and head = ?\"",
                        "where id = ? and ? >= 0 and ? >= 0\"",
                        "database.payloadParameter() + \")\"",
                        "database.payloadParameter() + \") on conflict do nothing\""));
    }

    /** The class path of a server in which some texts of one class are others. */
    private static String changed(Path folder, Map<String, String> texts) throws IOException {
        String source = Files.readString(root().resolve(WRITER));
        for (Map.Entry<String, String> text : texts.entrySet()) {
            assertThat(source).as("the text that is changed").containsOnlyOnce(text.getKey());
            source = source.replace(text.getKey(), text.getValue());
        }
        Path file = Files.writeString(folder.resolve("Appends.java"), source);
        Path classes = Files.createDirectories(folder.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, Locale.ROOT, null)) {
            boolean isCompiled = compiler.getTask(
                            null,
                            files,
                            null,
                            List.of(
                                    "-proc:none",
                                    "-nowarn",
                                    "-d",
                                    classes.toString(),
                                    "-cp",
                                    System.getProperty("java.class.path")),
                            null,
                            files.getJavaFileObjects(file))
                    .call();
            assertThat(isCompiled).as("the changed source is compiled").isTrue();
        }
        return classes + File.pathSeparator + System.getProperty("java.class.path");
    }

    private static Path root() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("plugins")) ? here : here.getParent();
    }
}
