package pagefold.server.cli;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import java.net.URL;
import org.slf4j.LoggerFactory;

/** The log for machines: a JSON object on a line of standard output for each entry. */
final class JsonLog {
    private static final String CONFIGURATION = "logback-json.xml";

    private JsonLog() {}

    /** Has the whole process log so from now on, unless the user has named a configuration. */
    static void use() {
        if (System.getProperty("logback.configurationFile") != null
                || !(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            return;
        }
        URL configuration = JsonLog.class.getClassLoader().getResource(CONFIGURATION);
        if (configuration == null) {
            throw new IllegalStateException("expected the resource " + CONFIGURATION + ", but it is not there");
        }
        context.reset();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        try {
            configurator.doConfigure(configuration);
        } catch (JoranException e) {
            throw new IllegalStateException("expected a configuration of the log in " + configuration, e);
        }
    }
}
