package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/**
 * One run of the command line inside this process.
 *
 * @param out standard output
 * @param err standard error
 */
record CliRun(int exitCode, String out, String err) {

    static CliRun of(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Pagefold.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
        return new CliRun(exitCode, out.toString(), err.toString());
    }

    CliRun ends(int expected) {
        assertThat(exitCode).as("exit code; out: %s err: %s", out, err).isEqualTo(expected);
        assertThat(err).doesNotContain("\tat ").doesNotContain("Exception");
        return this;
    }

    List<String> lines() {
        return out.lines().toList();
    }
}
