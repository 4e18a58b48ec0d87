package pagefold.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pagefold.server.local.FreePort;

/** Members find each other when they start, and not only when two clusters of a name find each other later. */
class JoinTest {
    private final List<HazelcastInstance> members = new ArrayList<>();
    private int port;

    @BeforeEach
    void findPort() throws IOException {
        port = FreePort.find();
    }

    @AfterEach
    void stop() {
        members.forEach(HazelcastInstance::shutdown);
    }

    private HazelcastInstance start(String host, List<String> join) {
        ClusterOptions options = new ClusterOptions("join-" + port, null, host, port, join, null);
        HazelcastInstance member =
                Hazelcast.newHazelcastInstance(HazelcastSettings.config(options, Integer.toString(members.size())));
        members.add(member);
        return member;
    }

    @Test
    void one_that_takes_the_first_port_anew_finds_those_that_are_left() {
        HazelcastInstance first = start(ClusterOptions.DEFAULT_HOST, List.of());
        HazelcastInstance second = start(ClusterOptions.DEFAULT_HOST, List.of());
        assertThat(second.getCluster().getMembers()).hasSize(2);
        first.shutdown();

        HazelcastInstance third = start(ClusterOptions.DEFAULT_HOST, List.of());

        assertThat(third.getCluster().getLocalMember().getAddress().getPort()).isEqualTo(port);
        assertThat(third.getCluster().getMembers()).hasSize(2);
    }

    @Test
    void members_to_join_may_be_named_by_host_names_of_other_interfaces() {
        start(ClusterOptions.DEFAULT_HOST, List.of());

        HazelcastInstance second = start("127.0.0.2", List.of("localhost:" + port));

        assertThat(second.getCluster().getLocalMember().getAddress().getHost()).isEqualTo("127.0.0.2");
        assertThat(second.getCluster().getMembers()).hasSize(2);
    }
}
