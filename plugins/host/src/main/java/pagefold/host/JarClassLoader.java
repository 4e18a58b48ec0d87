package pagefold.host;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Defines the classes of one jar from its bytes in memory, so that what was digested is what runs.
 *
 * <p>A package of the SPI inside the jar is never defined: the parent has it, and the parent is asked first.
 */
final class JarClassLoader extends ClassLoader {
    private static final String SCHEME = "pagefold-plugin";

    static {
        registerAsParallelCapable();
    }

    private volatile Map<String, byte[]> entries;

    JarClassLoader(String name, Map<String, byte[]> entries, ClassLoader parent) {
        super(name, parent);
        this.entries = Map.copyOf(entries);
    }

    /** Forgets the bytes; classes not defined yet are not found any more. */
    void close() {
        entries = Map.of();
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] bytes = entries.get(name.replace('.', '/') + ".class");
        if (bytes == null) {
            throw new ClassNotFoundException(name + " (not in the plugin " + getName() + ")");
        }
        return defineClass(name, bytes, 0, bytes.length);
    }

    @Override
    protected @Nullable URL findResource(String name) {
        byte[] bytes = entries.get(name);
        if (bytes == null) {
            return null;
        }
        try {
            return URL.of(new URI(SCHEME, getName(), "/" + name, null), new InMemory(bytes));
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException("expected '" + name + "' to be a name for a URL, but: " + e, e);
        }
    }

    @Override
    protected Enumeration<URL> findResources(String name) {
        URL found = findResource(name);
        return found == null ? Collections.emptyEnumeration() : Collections.enumeration(List.of(found));
    }

    private static final class InMemory extends URLStreamHandler {
        private final byte[] bytes;

        InMemory(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        protected URLConnection openConnection(URL url) {
            return new URLConnection(url) {
                @Override
                public void connect() {
                    connected = true;
                }

                @Override
                public InputStream getInputStream() {
                    return new ByteArrayInputStream(bytes);
                }
            };
        }
    }
}
