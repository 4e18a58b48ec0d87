package pagefold.server;

import java.lang.management.ManagementFactory;
import java.util.List;
import javax.management.JMException;
import javax.management.ObjectName;

/** What objects are alive in this process, by the JVM's own count. */
public final class Histogram {
    private Histogram() {}

    /** A line for every class, the one with the most bytes first. */
    public static List<String> lines() throws JMException {
        Object all = ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        return String.valueOf(all).lines().toList();
    }
}
