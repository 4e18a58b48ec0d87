package pagefold.server.importer;

import java.util.List;

/** How an import ends. */
public sealed interface ImportOutcome {

    /** What was read and counted so far. */
    ImportReport report();

    /**
     * Everything was read.
     *
     * @param commands in order, to be sent as they are
     */
    record Completed(List<ImportedCommand> commands, ImportReport report) implements ImportOutcome {
        public Completed {
            commands = List.copyOf(commands);
        }
    }

    /**
     * A strict import met a malformed line: there is nothing to send.
     *
     * @param line the first malformed line
     */
    record Refused(MalformedLine line, ImportReport report) implements ImportOutcome {}
}
