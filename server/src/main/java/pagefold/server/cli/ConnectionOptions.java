package pagefold.server.cli;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.server.client.Retries;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which servers a verb asks, and how patiently. */
final class ConnectionOptions {
    /** Room for the number of a request behind a key of 240 characters. */
    private static final int MAX_KEY_LENGTH = 220;

    @Option(
            names = "--server",
            paramLabel = "URL",
            split = ",",
            defaultValue = "${env:PAGEFOLD_SERVER:-http://127.0.0.1:8080}",
            description = "The server, or several with the same simulations (URL,URL): while one does not answer, the"
                    + " next is asked. PAGEFOLD_SERVER names another default (${DEFAULT-VALUE}).")
    private List<URI> servers = List.of();

    @Mixin
    private TokenOption token = new TokenOption();

    @Option(
            names = "--retry-for",
            paramLabel = "TIME",
            defaultValue = "${env:PAGEFOLD_RETRY_FOR:-30s}",
            converter = Time.class,
            description = "How long a request is sent again when the connection is refused or lost, or the answer has"
                    + " Retry-After (of which " + Retries.MAX_RETRY_AFTER_SECONDS + " s count at most): 500ms, 30s, 5m,"
                    + " 0 for never (${DEFAULT-VALUE}). PAGEFOLD_RETRY_FOR names another default.")
    private Duration retryFor = Duration.ZERO;

    @Option(
            names = "--idempotency-key",
            paramLabel = "KEY",
            description = "Of the command that is sent: with the same one, the same command happens once, however often"
                    + " it is sent. More requests of one run have KEY-2, KEY-3 and so on (a new one for each run).")
    private @Nullable String key;

    /** Reads a time. */
    static final class Time implements ITypeConverter<Duration> {
        private static final int MAX_MINUTES = 1440;

        @Override
        public Duration convert(String text) {
            Duration time = null;
            if (text.equals("0")) {
                time = Duration.ZERO;
            } else if (text.matches("[0-9]{1,8}ms")) {
                time = Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)));
            } else if (text.matches("[0-9]{1,8}s")) {
                time = Duration.ofSeconds(Long.parseLong(text.substring(0, text.length() - 1)));
            } else if (text.matches("[0-9]{1,8}m")) {
                time = Duration.ofMinutes(Long.parseLong(text.substring(0, text.length() - 1)));
            }
            if (time == null || time.toMinutes() > MAX_MINUTES) {
                throw new TypeConversionException(
                        "expected a time of up to " + MAX_MINUTES + "m, as 500ms, 30s or 0, but found '" + text + "'");
            }
            return time;
        }
    }

    /** The same for a client. */
    ApiClient.Settings settings() {
        if (key != null && !key.matches("[!-~]{1," + MAX_KEY_LENGTH + "}")) {
            throw CliFailure.usage(
                    "expected --idempotency-key with 1 to " + MAX_KEY_LENGTH + " printable characters of ASCII");
        }
        return new ApiClient.Settings(servers, token.orNull(), retryFor, key);
    }

    List<URI> servers() {
        return servers;
    }

    /** The token to show, or {@code null}. */
    @Nullable
    String token() {
        return token.orNull();
    }

    Duration retryFor() {
        return retryFor;
    }
}
