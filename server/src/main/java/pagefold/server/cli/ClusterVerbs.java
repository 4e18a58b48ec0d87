package pagefold.server.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The verbs that show a cluster. */
final class ClusterVerbs {
    private static final String PATH = "/v1/cluster";

    private ClusterVerbs() {}

    /** A verb that shows the cluster. */
    abstract static class Showing extends ClientVerb {
        @Option(
                names = "--limit",
                paramLabel = "COUNT",
                defaultValue = "100",
                description = "Most simulations that are shown, up to 1000 (${DEFAULT-VALUE}).")
        private int limit;

        @Mixin
        private AfterOption after = new AfterOption();

        @Option(names = "--hashes", description = "Also the hashes of the tables, where a node knows them.")
        private boolean hashes;

        final ApiClient.Answer ask(ApiClient api) {
            Map<String, String> query = AfterOption.query(limit, after.name());
            if (hashes) {
                query.put("hashes", "true");
            }
            return api.get(PATH, query);
        }

        final void show(JsonTree cluster) {
            Map<String, String> names = new HashMap<>();
            TextTable nodes = new TextTable("NODE", "API", "STATE", "SIMULATIONS", "OPEN", "SINCE", "VERSION");
            long total = 0;
            for (JsonTree node : cluster.get("nodes").items()) {
                total += node.get("simulations").number();
                names.put(node.get("id").text(), node.get("name").text());
                boolean isReady = node.get("ready").text().equals("true");
                boolean isLocal = node.get("local").text().equals("true");
                nodes.row(
                        node.get("name").text() + (isLocal ? " *" : ""),
                        node.get("api").text(),
                        isReady ? "ready" : "not ready",
                        node.get("simulations").text(),
                        node.get("open").text(),
                        node.get("since").text(),
                        node.get("version").text());
            }
            nodes.print(out());
            out().println();
            List<JsonTree> shown = cluster.get("simulations").items();
            simulations(shown, names);
            String next = cluster.get("next").text();
            if (!next.isEmpty()) {
                talk(String.format(
                        Locale.ROOT, "%,d of %,d simulations; the next ones: --after %s", shown.size(), total, next));
            }
        }

        private void simulations(List<JsonTree> rows, Map<String, String> names) {
            TextTable table = hashes
                    ? new TextTable("SIMULATION", "OWNER", "OPEN AT", "EPOCH", "POSITION", "IMAGE", "LAG", "HASH")
                    : new TextTable("SIMULATION", "OWNER", "OPEN AT", "EPOCH", "POSITION", "IMAGE", "LAG");
            for (JsonTree row : rows) {
                String owner = row.get("owner").text();
                String openAt = row.get("openAt").text();
                List<Object> cells = new ArrayList<>(List.of(
                        row.get("name").text(),
                        names.getOrDefault(owner, owner),
                        openAt.isEmpty() ? "-" : names.getOrDefault(openAt, openAt),
                        row.get("epoch").text(),
                        row.get("position").text(),
                        orDash(row.get("image").get("position")),
                        orDash(row.get("image").get("lag"))));
                if (hashes) {
                    List<JsonTree> known = row.get("hashes").items();
                    cells.add(
                            known.isEmpty()
                                    ? "-"
                                    : known.getFirst().get("imageHash").text() + " at "
                                            + known.getFirst().get("position").text());
                }
                table.row(cells.toArray());
            }
            table.print(out());
        }

        private static String orDash(JsonTree value) {
            return value.text().isEmpty() ? "-" : value.text();
        }
    }

    /** Once. */
    @Command(
            name = "status",
            header = {
                "Prints the nodes, and where the simulations are.",
                "",
                "Examples:",
                "  pagefold cluster status",
                "  pagefold cluster status --hashes --server http://10.0.0.2:8080",
                ""
            })
    static final class Status extends Showing {
        @Override
        int run(ApiClient api) {
            ApiClient.Answer answer = ask(api);
            if (wantsJson()) {
                printJson(answer);
            } else {
                show(answer.json());
            }
            return ExitCodes.OK;
        }
    }

    /** Again and again. */
    @Command(
            name = "top",
            header = {
                "Prints the same every few seconds, until it is interrupted.",
                "",
                "Examples:",
                "  pagefold cluster top",
                "  pagefold cluster top --interval 1 --count 10",
                ""
            })
    static final class Top extends Showing {
        private static final String CLEAR = "\u001b[H\u001b[2J";

        @Option(
                names = "--interval",
                paramLabel = "SECONDS",
                defaultValue = "2",
                description = "Seconds from one look to the next (${DEFAULT-VALUE}).")
        private int interval;

        @Option(
                names = "--count",
                paramLabel = "COUNT",
                defaultValue = "0",
                description = "How often; 0 is until it is interrupted (${DEFAULT-VALUE}).")
        private int count;

        @Override
        int run(ApiClient api) {
            if (interval < 1 || count < 0) {
                throw CliFailure.usage("expected --interval of at least 1 and --count of at least 0");
            }
            for (int i = 0; count == 0 || i < count; i++) {
                if (i > 0) {
                    pause();
                }
                ApiClient.Answer answer = ask(api);
                if (wantsJson()) {
                    printJson(answer);
                } else {
                    if (System.console() != null) {
                        out().print(CLEAR);
                    }
                    show(answer.json());
                }
                // Flushes, too; a reader that has gone ends it.
                if (out().checkError()) {
                    break;
                }
            }
            return ExitCodes.OK;
        }

        private void pause() {
            try {
                TimeUnit.SECONDS.sleep(interval);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw CliFailure.usage("interrupted");
            }
        }
    }
}
