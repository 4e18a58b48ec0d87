package pagefold.server.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.host.PluginHost;
import pagefold.host.Trust;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The plugins of a server. */
@Command(
        name = "plugin",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "VERB",
        header = {
            "Lists, adds and retires the plugins of a server, and says who uses them.",
            "",
            "Examples:",
            "  pagefold plugin ls",
            "  pagefold plugin add mips.jar",
            "  pagefold plugin usage arm64 --capability GUARDED_PAGES",
            "  pagefold plugin retire arm32 --dry-run",
            ""
        },
        subcommands = {
            PluginVerb.ListAll.class,
            PluginVerb.Info.class,
            PluginVerb.Add.class,
            PluginVerb.Usage.class,
            PluginUpgradeVerb.class,
            PluginVerb.Quarantined.class,
            PluginVerb.Retire.class,
            PluginVerb.Remove.class
        })
final class PluginVerb implements Runnable {
    private static final String PLUGINS = "/v1/plugins";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "expected one of ls, info, add, usage, upgrade, quarantine, retire, rm");
    }

    private static void print(ClientVerb verb, List<JsonTree> plugins) {
        TextTable table = new TextTable("PLUGIN", "VERSION", "SIGNED BY", "PROFILES", "SHA-256");
        for (JsonTree each : plugins) {
            String signer = each.get("signer").text();
            table.row(
                    each.get("id").text(),
                    each.get("version").text(),
                    signer.isEmpty() ? "-" : signer,
                    String.join(
                            " ",
                            each.get("profiles").items().stream()
                                    .map(profile -> profile.get("name").text())
                                    .toList()),
                    each.get("digest").text().substring(0, 12));
        }
        table.print(verb.out());
    }

    @Command(
            name = "ls",
            header = {
                "Lists the plugins of a server, each with its profiles and what those can do.",
                "",
                "Examples:",
                "  pagefold plugin ls",
                "  pagefold plugin ls -o json",
                ""
            })
    static final class ListAll extends ClientVerb {
        @Override
        int run(ApiClient api) {
            ApiClient.Answer answer = api.get(PLUGINS, Map.of());
            if (wantsJson()) {
                printJson(answer);
            } else {
                print(answer.json().get("plugins").items());
            }
            return ExitCodes.OK;
        }

        private void print(List<JsonTree> plugins) {
            TextTable table = new TextTable("PLUGIN", "VERSION", "PROFILE", "INPUT", "OUTPUT", "CAPABILITIES");
            for (JsonTree plugin : plugins) {
                for (JsonTree profile : plugin.get("profiles").items()) {
                    table.row(
                            plugin.get("id").text(),
                            plugin.get("version").text(),
                            profile.get("name").text(),
                            profile.get("inputBits").text(),
                            profile.get("outputBits").text(),
                            profile.get("capabilities").text().replace(",", " "));
                }
            }
            table.print(out());
        }
    }

    @Command(
            name = "info",
            header = {
                "Shows where a plugin comes from: its versions, who signed it, its digest, its profiles.",
                "",
                "Example:",
                "  pagefold plugin info arm64",
                ""
            })
    static final class Info extends ClientVerb {
        @Parameters(index = "0", paramLabel = "ID", description = "The plugin.")
        private String id = "";

        @Override
        int run(ApiClient api) {
            List<JsonTree> found = api.get(PLUGINS, Map.of()).json().get("plugins").items().stream()
                    .filter(each -> each.get("id").text().equals(id))
                    .toList();
            if (found.isEmpty()) {
                throw new CliFailure(ExitCodes.REJECTED, "there is no plugin '" + id + "'");
            }
            print(this, found);
            for (JsonTree each : found) {
                out().println();
                TextTable table =
                        new TextTable("PROFILE OF " + each.get("version").text(), "TITLE", "CAPABILITIES");
                for (JsonTree profile : each.get("profiles").items()) {
                    table.row(
                            profile.get("name").text(),
                            profile.get("title").text(),
                            profile.get("capabilities").text().replace(",", " "));
                }
                table.print(out());
                printOptions(each.get("options").items());
            }
            return ExitCodes.OK;
        }

        private void printOptions(List<JsonTree> options) {
            if (options.isEmpty()) {
                return;
            }
            out().println();
            TextTable table = new TextTable("OPTION", "BEHIND THE NAME OF A PROFILE");
            for (JsonTree option : options) {
                table.row(option.get("form").text(), option.get("title").text());
            }
            table.print(out());
        }
    }

    @Command(
            name = "add",
            header = {
                "Adds a plugin to a server, and keeps it for the next start.",
                "",
                "Examples:",
                "  openssl pkeyutl -sign -rawin -inkey private.pem -in mips.jar -out mips.jar.sig",
                "  pagefold plugin add mips.jar",
                ""
            },
            footer = {
                "",
                "The signature is Ed25519 over the bytes of the jar; the server's plugin-keys say whose are trusted."
            })
    static final class Add extends ClientVerb {
        @Parameters(index = "0", paramLabel = "JAR", description = "The jar.")
        private Path jar = Path.of("");

        @Option(names = "--signature", paramLabel = "FILE", description = "64 bytes (JAR.sig, when it is there).")
        private @Nullable Path signature;

        @Override
        int run(ApiClient api) {
            byte[] bytes = InputFile.bytes(jar.toString(), PluginHost.MAX_JAR_BYTES);
            Path beside = jar.resolveSibling(jar.getFileName() + ".sig");
            Path file = signature != null ? signature : Files.exists(beside) ? beside : null;
            String signed = file == null
                    ? null
                    : Base64.getEncoder().encodeToString(InputFile.bytes(file.toString(), Trust.SIGNATURE_BYTES));
            ApiClient.Answer answer = api.postToFirst(
                    PLUGINS,
                    "application/octet-stream",
                    bytes,
                    signed == null ? Map.of() : Map.of("Plugin-Signature", signed));
            if (wantsJson()) {
                printJson(answer);
            } else {
                print(this, answer.json().get("plugins").items());
            }
            return ExitCodes.OK;
        }
    }

    /** Which uses are asked for. */
    abstract static class Asking extends ClientVerb {
        @Option(names = "--plugin-version", paramLabel = "VERSION", description = "Only this version (all).")
        @Nullable
        String version;

        @Option(
                names = "--capability",
                paramLabel = "NAME",
                description = "Only what needs this capability, as STAGE_2 or GUARDED_PAGES.")
        @Nullable
        String capability;

        /** The uses of a plugin, or of all when it is {@code null}. */
        final ApiClient.Answer usage(ApiClient api, @Nullable String id) {
            Map<String, String> query = new LinkedHashMap<>();
            if (id != null) {
                query.put("plugin", Texts.name("plugin", id));
            }
            if (version != null) {
                query.put("version", Texts.name("plugin version", version));
            }
            if (capability != null) {
                query.put("capability", capability);
            }
            return api.get(PLUGINS + "/usage", query);
        }

        final void printUsage(JsonTree usage) {
            TextTable table = new TextTable("SIMULATION", "POSITION", "SELECTED NOW", "EVENTS", "FIRST", "LAST");
            for (JsonTree each : usage.get("simulations").items()) {
                table.row(
                        each.get("simulation").text(),
                        each.get("position").text(),
                        each.get("selected").text().equals("true") ? "yes" : "no",
                        each.get("events").text(),
                        each.get("first").text(),
                        each.get("last").text());
            }
            table.print(out());
        }
    }

    @Command(
            name = "usage",
            header = {
                "Says which simulations use a plugin or a capability, and with how many events.",
                "",
                "Examples:",
                "  pagefold plugin usage arm32",
                "  pagefold plugin usage --capability STAGE_2",
                ""
            })
    static final class Usage extends Asking {
        @Parameters(index = "0", arity = "0..1", paramLabel = "ID", description = "The plugin (all).")
        private @Nullable String id;

        @Override
        int run(ApiClient api) {
            ApiClient.Answer answer = usage(api, id);
            if (wantsJson()) {
                printJson(answer);
            } else {
                printUsage(answer.json());
            }
            return ExitCodes.OK;
        }
    }

    @Command(
            name = "quarantine",
            header = {
                "Lists the plugins that have failed in simulations and are not used there any more.",
                "",
                "Example:",
                "  pagefold plugin quarantine",
                ""
            },
            footer = {"", "To select a plugin in such a simulation (pagefold swap), the same or another, ends its case."
            })
    static final class Quarantined extends ClientVerb {
        @Override
        int run(ApiClient api) {
            ApiClient.Answer answer = api.get(PLUGINS + "/quarantine", Map.of());
            if (wantsJson()) {
                printJson(answer);
                return ExitCodes.OK;
            }
            TextTable table = new TextTable("SIMULATION", "PLUGIN", "POSITION", "SINCE", "REASON");
            for (JsonTree each : answer.json().get("cases").items()) {
                table.row(
                        each.get("simulation").text(),
                        each.get("plugin").text() + " " + each.get("version").text() + " "
                                + each.get("profile").text(),
                        each.get("position").text(),
                        each.get("since").text(),
                        each.get("reason").text());
            }
            table.print(out());
            return ExitCodes.OK;
        }
    }

    /** Says who uses a plugin, and lets go of it when nobody does. */
    private static int retire(Asking verb, ApiClient api, String id, boolean dryRun) {
        List<String> versions = new ArrayList<>();
        for (JsonTree each : api.get(PLUGINS, Map.of()).json().get("plugins").items()) {
            String version = each.get("version").text();
            if (each.get("id").text().equals(id) && (verb.version == null || verb.version.equals(version))) {
                versions.add(version);
            }
        }
        if (versions.isEmpty()) {
            throw new CliFailure(ExitCodes.REJECTED, "there is no such version of a plugin '" + id + "'");
        }
        if (dryRun) {
            ApiClient.Answer answer = verb.usage(api, id);
            JsonTree usage = answer.json();
            if (verb.wantsJson()) {
                verb.printJson(answer);
            } else {
                verb.printUsage(usage);
            }
            long users = usage.get("selected").number();
            String what = id + (verb.capability == null ? "" : " with " + verb.capability);
            verb.talk(
                    users == 0
                            ? what + " may go: no simulation has it selected"
                            : what + " must stay: " + users + " simulations have it selected");
            return users == 0 ? ExitCodes.OK : ExitCodes.NO;
        }
        if (verb.capability != null) {
            throw CliFailure.usage("expected --dry-run with --capability: a capability alone cannot be retired");
        }
        for (String version : versions) {
            var unused = api.deleteAtFirst(PLUGINS + "/" + Texts.name("plugin", id) + "/" + version);
            verb.talk("retired " + id + " " + version);
        }
        return ExitCodes.OK;
    }

    @Command(
            name = "retire",
            header = {
                "Lets go of a plugin that no simulation has selected; with --dry-run says whether it may go.",
                "",
                "Examples:",
                "  pagefold plugin retire arm32 --dry-run",
                "  pagefold plugin retire arm32 --capability STAGE_2 --dry-run",
                "  pagefold plugin retire arm32",
                ""
            },
            footer = {
                "",
                "New selections are refused from the start, those under way are waited for. Of the past, what it has",
                "shown can be read through other plugins. One that comes with the server is back after a restart."
            })
    static final class Retire extends Asking {
        @Parameters(index = "0", paramLabel = "ID", description = "The plugin.")
        private String id = "";

        @Option(names = "--dry-run", description = "Only says whether it may go; exit code 1 when it may not.")
        private boolean dryRun;

        @Override
        int run(ApiClient api) {
            return retire(this, api, id, dryRun);
        }
    }

    @Command(
            name = "rm",
            header = {"The same as retire.", "", "Example:", "  pagefold plugin rm mips", ""})
    static final class Remove extends Asking {
        @Parameters(index = "0", paramLabel = "ID", description = "The plugin.")
        private String id = "";

        @Override
        int run(ApiClient api) {
            return retire(this, api, id, false);
        }
    }
}
