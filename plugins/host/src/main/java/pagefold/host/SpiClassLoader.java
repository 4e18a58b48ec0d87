package pagefold.host;

import java.util.List;

/** The parent of every plugin's loader: the platform, and of the host only the packages that a plugin may see. */
final class SpiClassLoader extends ClassLoader {
    private static final List<String> EXPOSED =
            List.of("pagefold.model.", "pagefold.table.", "pagefold.spi.", "org.jspecify.annotations.");

    static {
        registerAsParallelCapable();
    }

    private final ClassLoader host;

    SpiClassLoader(ClassLoader host) {
        super("pagefold-spi", ClassLoader.getPlatformClassLoader());
        this.host = host;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        for (String exposed : EXPOSED) {
            if (name.startsWith(exposed)) {
                return host.loadClass(name);
            }
        }
        return super.loadClass(name, resolve);
    }
}
