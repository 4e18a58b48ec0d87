package pagefold.server.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagefold.server.access.TokenOptions;
import pagefold.server.access.UserLimits;
import pagefold.server.api.ServerAccess;
import pagefold.server.api.ServerOptions;
import pagefold.server.cluster.ClusterOptions;
import pagefold.server.cluster.ClusterReach;
import pagefold.server.log.LogLocation;
import pagefold.server.wire.WholeNumber;

/**
 * Where a server's settings come from: the defaults, below a file (config/pagefold.yaml has them all), below the
 * environment ({@code PAGEFOLD_HOST}, {@code PAGEFOLD_PORT} and so on), below the flags.
 */
final class ServerSettings {
    /** Largest settings file, in bytes. */
    static final int MAX_BYTES = 64 << 10;

    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("host", ServerOptions.DEFAULT_HOST),
            Map.entry("port", "" + ServerOptions.DEFAULT_PORT),
            Map.entry("data", "./data"),
            Map.entry("database", ""),
            Map.entry("database-user", ""),
            Map.entry("database-password", ""),
            Map.entry("cluster", "false"),
            Map.entry("cluster-name", "pagefold"),
            Map.entry("cluster-node", ""),
            Map.entry("cluster-host", ClusterOptions.DEFAULT_HOST),
            Map.entry("cluster-port", "" + ClusterOptions.DEFAULT_PORT),
            Map.entry("cluster-join", ""),
            Map.entry("cluster-api", ""),
            Map.entry("cluster-trust", ""),
            Map.entry("cluster-public", ""),
            Map.entry("cluster-bus-port", "0"),
            Map.entry("cluster-bus-public", ""),
            Map.entry("log", "text"),
            Map.entry("auth-key", ""),
            Map.entry("auth-issuer", ""),
            Map.entry("auth-audience", ""),
            Map.entry("auth-claim", TokenOptions.DEFAULT_CLAIM),
            Map.entry("allowed-hosts", ""),
            Map.entry("tls-certificate", ""),
            Map.entry("tls-key", ""),
            Map.entry("open-simulations", "0"),
            Map.entry("user-requests-per-second", "0"),
            Map.entry("user-commands-per-second", "0"),
            Map.entry("user-simulations", "0"),
            Map.entry("simulation-events", "0"),
            Map.entry("simulation-table-bytes", "0"),
            Map.entry("plugins", ""),
            Map.entry("plugin-keys", ""),
            Map.entry("unsigned-plugins", "false"));

    private final Map<String, String> values = new TreeMap<>(DEFAULTS);

    private ServerSettings() {}

    /** The defaults, what a file says, and what the environment says. */
    static ServerSettings of(@Nullable String file, Map<String, String> environment) {
        ServerSettings settings = new ServerSettings();
        if (file != null) {
            settings.values.putAll(settings.parsed(file));
        }
        for (String name : DEFAULTS.keySet()) {
            settings.set(
                    name,
                    environment.get("PAGEFOLD_" + name.toUpperCase(Locale.ROOT).replace('-', '_')));
        }
        return settings;
    }

    /** Sets a value unless it is {@code null}. */
    void set(String name, @Nullable Object value) {
        if (value != null) {
            values.put(name, value.toString());
        }
    }

    /** The options, checked. */
    ServerOptions options() {
        String port = value("port");
        try {
            return new ServerOptions(
                    value("host"), Integer.parseInt(port), log(), access(), plugins(), cluster(), openSimulations());
        } catch (NumberFormatException e) {
            throw CliFailure.usage("expected a port from 0 to 65535, but it is '" + port + "'");
        } catch (IllegalArgumentException e) {
            throw CliFailure.usage(String.valueOf(e.getMessage()));
        }
    }

    private int openSimulations() {
        return (int) number("open-simulations", ServerOptions.MAX_OPEN_SIMULATIONS);
    }

    private LogLocation log() {
        String url = value("database");
        return new LogLocation(
                Path.of(value("data")),
                url.isEmpty() ? null : new LogLocation.Login(url, text("database-user"), text("database-password")));
    }

    private @Nullable String text(String name) {
        return value(name).isEmpty() ? null : value(name);
    }

    private ServerAccess access() {
        String key = value("auth-key");
        String issuer = value("auth-issuer");
        String audience = value("auth-audience");
        TokenOptions tokens = key.isEmpty() && issuer.isEmpty()
                ? null
                : new TokenOptions(
                        key.isEmpty() ? null : pem(key),
                        issuer.isEmpty() ? null : URI.create(issuer),
                        audience.isEmpty() ? null : audience,
                        value("auth-claim"));
        UserLimits limits = new UserLimits(
                (int) number("user-requests-per-second", Integer.MAX_VALUE),
                (int) number("user-commands-per-second", Integer.MAX_VALUE),
                (int) number("user-simulations", Integer.MAX_VALUE),
                number("simulation-events", Long.MAX_VALUE),
                number("simulation-table-bytes", Long.MAX_VALUE));
        String certificate = value("tls-certificate");
        String privateKey = value("tls-key");
        if (certificate.isEmpty() != privateKey.isEmpty()) {
            throw CliFailure.usage("expected tls-certificate and tls-key together");
        }
        return new ServerAccess(
                tokens,
                limits,
                certificate.isEmpty() ? null : new ServerAccess.TlsOptions(pem(certificate), pem(privateKey)),
                Stream.of(value("allowed-hosts").split(",", -1))
                        .map(String::strip)
                        .filter(host -> !host.isEmpty())
                        .collect(Collectors.toSet()));
    }

    private static String pem(String file) {
        return new String(InputFile.bytes(file, MAX_BYTES), StandardCharsets.UTF_8);
    }

    private long number(String name, long most) {
        OptionalLong number = WholeNumber.parse(value(name));
        if (number.isPresent() && number.getAsLong() <= most) {
            return number.getAsLong();
        }
        throw CliFailure.usage(
                "expected a whole number from 0 to " + most + " for " + name + ", but it is '" + value(name) + "'");
    }

    /** Whether the log is for machines. */
    boolean logsJson() {
        return switch (value("log")) {
            case "json" -> true;
            case "text" -> false;
            default -> throw CliFailure.usage("expected log to be text or json, but it is '" + value("log") + "'");
        };
    }

    private ServerOptions.Plugins plugins() {
        return new ServerOptions.Plugins(path("plugins"), path("plugin-keys"), isTrue("unsigned-plugins"));
    }

    private boolean isTrue(String name) {
        String word = value(name);
        if (!word.equals("true") && !word.equals("false")) {
            throw CliFailure.usage("expected " + name + " to be true or false, but it is '" + word + "'");
        }
        return word.equals("true");
    }

    private @Nullable ClusterOptions cluster() {
        if (!isTrue("cluster")) {
            return null;
        }
        String api = text("cluster-api");
        List<String> join = text("cluster-join") == null
                ? List.of()
                : Stream.of(value("cluster-join").split(",")).map(String::strip).toList();
        return new ClusterOptions(
                value("cluster-name"),
                text("cluster-node"),
                value("cluster-host"),
                (int) number("cluster-port", Integer.MAX_VALUE),
                join,
                api == null ? null : URI.create(api),
                text("cluster-trust") == null ? null : pem(value("cluster-trust")),
                new ClusterReach(
                        (int) number("cluster-bus-port", Integer.MAX_VALUE),
                        text("cluster-public"),
                        text("cluster-bus-public")));
    }

    private @Nullable Path path(String name) {
        String text = text(name);
        return text == null ? null : Path.of(text);
    }

    private String value(String name) {
        return String.valueOf(values.get(name));
    }

    private Map<String, String> parsed(String file) {
        byte[] bytes = InputFile.bytes(file, MAX_BYTES);
        YAMLFactory yaml = YAMLFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        Map<String, String> found = new TreeMap<>();
        try (JsonParser parser = yaml.createParser(bytes)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return found;
            }
            expect(file, first == JsonToken.START_OBJECT, "settings as 'name: value'");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                expect(
                        file,
                        DEFAULTS.containsKey(name),
                        "one of " + new TreeMap<>(DEFAULTS).keySet() + ", not " + name);
                JsonToken value = parser.nextToken();
                expect(file, value.isScalarValue() && value != JsonToken.VALUE_NULL, "one value for " + name);
                found.put(name, parser.getText());
            }
            expect(file, parser.nextToken() == null, "one document");
        } catch (IOException e) {
            String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("malformed");
            throw CliFailure.usage("cannot read the settings in " + file + ": " + why);
        }
        return found;
    }

    private static void expect(String file, boolean holds, String expected) {
        if (!holds) {
            throw CliFailure.usage("cannot read the settings in " + file + ": expected " + expected);
        }
    }
}
