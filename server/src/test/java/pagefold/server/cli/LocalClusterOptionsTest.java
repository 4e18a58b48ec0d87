package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class LocalClusterOptionsTest {
    @Test
    void servers_know_each_other_unless_told_otherwise() {
        assertThat(CommandLine.populateCommand(new LocalClusterOptions()).at(0).clustered())
                .isTrue();
        assertThat(CommandLine.populateCommand(new LocalClusterOptions(), "--no-cluster")
                        .at(0)
                        .clustered())
                .isFalse();
    }
}
