package pagefold.server.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Pagefold's command line in a process of its own, with the classes of the tests. */
final class PagefoldProcess {
    private PagefoldProcess() {}

    static ProcessBuilder of(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Pagefold.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }
}
