package pagefold.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs a test class with the JUnit of its own class loader: the method of a name, or all. The answer has the methods
 * that ran, each with what failed in it.
 */
public final class KitRun implements BiFunction<Class<?>, String, Map<String, List<String>>> {

    /** For the class loader that sees the packaged jars only. */
    public KitRun() {}

    @Override
    public Map<String, List<String>> apply(Class<?> test, String method) {
        Map<String, List<String>> failures = new TreeMap<>();
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(KitRun.class.getClassLoader());
        try {
            var selector = method.isEmpty()
                    ? DiscoverySelectors.selectClass(test)
                    : DiscoverySelectors.selectMethod(test, method);
            LauncherFactory.create()
                    .execute(
                            LauncherDiscoveryRequestBuilder.request()
                                    .selectors(selector)
                                    .build(),
                            new TestExecutionListener() {
                                @Override
                                public void executionFinished(TestIdentifier id, TestExecutionResult result) {
                                    record(id, result, failures);
                                }
                            });
        } finally {
            thread.setContextClassLoader(before);
        }
        return failures;
    }

    private static void record(TestIdentifier id, TestExecutionResult result, Map<String, List<String>> failures) {
        TestSource source = id.getSource().orElse(null);
        String name = source instanceof MethodSource method ? method.getMethodName() : id.getDisplayName();
        if (source instanceof MethodSource) {
            failures.computeIfAbsent(name, ran -> new ArrayList<>());
        }
        result.getThrowable()
                .ifPresent(thrown -> failures.computeIfAbsent(name, ran -> new ArrayList<>())
                        .add(id.getDisplayName() + ": " + thrown.getMessage()));
    }
}
