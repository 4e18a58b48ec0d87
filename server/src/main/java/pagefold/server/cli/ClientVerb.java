package pagefold.server.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A verb that asks a server. */
@Command(mixinStandardHelpOptions = true, sortOptions = false)
abstract class ClientVerb implements Callable<Integer> {
    static final String SIMULATIONS = "/v1/simulations";

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    @Mixin
    private OutputOption output = new OutputOption();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Does the work. */
    abstract int run(ApiClient api);

    @Override
    public final Integer call() {
        try (ApiClient api = new ApiClient(connection.settings(), this::talk)) {
            return run(api);
        } finally {
            out().flush();
        }
    }

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    final PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /** Says something that is no data. */
    final void talk(String line) {
        out().flush();
        err().println(line);
        err().flush();
    }

    final boolean wantsJson() {
        return output.isJson();
    }

    final ConnectionOptions connection() {
        return connection;
    }

    final void printJson(ApiClient.Answer answer) {
        out().println(new String(answer.body(), StandardCharsets.UTF_8).strip());
    }

    static String simulationPath(String simulation) {
        return SIMULATIONS + "/" + Texts.name("simulation", simulation);
    }

    static String spacePath(String simulation, String space) {
        return simulationPath(simulation) + "/spaces/" + Texts.name("space", space);
    }

    static Map<String, String> at(@Nullable Long position) {
        Map<String, String> query = new LinkedHashMap<>();
        if (position != null) {
            query.put("at", Long.toString(position));
        }
        return query;
    }

    /** The space that was named, or the only one there is. */
    final String space(ApiClient api, String simulation, @Nullable String named, @Nullable Long position) {
        if (named != null) {
            return Texts.name("space", named);
        }
        JsonTree spaces =
                api.get(simulationPath(simulation) + "/spaces", at(position)).json();
        List<String> names = spaces.get("spaces").items().stream()
                .map(space -> space.get("name").text())
                .toList();
        if (names.size() == 1) {
            return names.getFirst();
        }
        String shown = names.isEmpty()
                ? "it has none"
                : "it has " + String.join(", ", names.subList(0, Math.min(names.size(), 20)))
                        + (names.size() > 20 ? ", …" : "");
        throw CliFailure.usage("name a space of '" + simulation + "' with --space: " + shown);
    }
}
