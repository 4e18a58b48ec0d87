package pagefold.server.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.LoggerFactory;
import pagefold.host.LoadedPlugin;
import pagefold.host.PluginHost;
import pagefold.model.Hex;
import pagefold.spi.Capture;
import pagefold.spi.CapturedMachine;
import pagefold.spi.ElfCore;
import pagefold.spi.OperationReplay;

/** Reads captured machines with the plugins of this program. */
final class CaptureReader implements AutoCloseable {
    /** Largest memory image, unpacked, in bytes. */
    static final int MAX_MEMORY_BYTES = 1 << 30;

    private static final int MAX_REGISTERS_BYTES = 1 << 20;

    private final PluginHost host;

    private CaptureReader(PluginHost host) {
        this.host = host;
    }

    static CaptureReader open() {
        // Which plugins were loaded is no news here; one that is missing is said by name.
        if (LoggerFactory.getLogger(PluginHost.class) instanceof Logger logger) {
            logger.setLevel(Level.ERROR);
        }
        try {
            return new CaptureReader(PluginHost.withBuiltIn(CaptureReader.class.getClassLoader()));
        } catch (IOException e) {
            throw new CliFailure(ExitCodes.BUG, "cannot read the shipped plugins: " + e.getMessage());
        }
    }

    /** The last element of a path as it was given. */
    static String baseName(Path directory) {
        Path name = directory.getFileName();
        return name == null ? "" : name.toString();
    }

    CapturedMachine read(Path directory) {
        String file = directory.resolve("registers.json").toString();
        JsonTree json = json(file);
        String architecture = json.get("architecture").text();
        Map<String, Long> registers = numbers(file, json.get("registers"));
        Map<String, Long> layout = numbers(file, json.get("layout"));
        byte[] memory = InputFile.gunzipped(directory.resolve("memory.elf.gz").toString(), MAX_MEMORY_BYTES);
        try {
            return plugin(file, architecture)
                    .capture(new Capture(json.get("cpu").text(), registers, layout, ElfCore.parse(memory)));
        } catch (IllegalArgumentException e) {
            throw CliFailure.usage(directory + ": " + e.getMessage());
        }
    }

    /** What replays records of a format. */
    OperationReplay replay(String format) {
        OperationReplay replay = host.replay(format);
        if (replay == null) {
            throw CliFailure.usage("there is no plugin that replays " + format);
        }
        return replay;
    }

    /** The plugins themselves. */
    PluginHost host() {
        return host;
    }

    private LoadedPlugin plugin(String file, String architecture) {
        for (LoadedPlugin plugin : host.plugins()) {
            if (plugin.id().equals(architecture)) {
                return plugin;
            }
        }
        throw CliFailure.usage(file + ": there is no plugin for the architecture '" + architecture + "'");
    }

    private static JsonTree json(String file) {
        try {
            return JsonTree.parse(InputFile.bytes(file, MAX_REGISTERS_BYTES));
        } catch (IOException e) {
            throw CliFailure.usage(file + " is no JSON");
        }
    }

    private static Map<String, Long> numbers(String file, JsonTree object) {
        Map<String, Long> numbers = new LinkedHashMap<>();
        for (String name : object.names()) {
            try {
                numbers.put(name, Hex.parse(object.get(name).text()));
            } catch (IllegalArgumentException e) {
                throw CliFailure.usage(file + ", " + name + ": " + e.getMessage());
            }
        }
        return numbers;
    }

    @Override
    public void close() {
        host.close();
    }
}
