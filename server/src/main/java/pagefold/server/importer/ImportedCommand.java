package pagefold.server.importer;

import pagefold.model.MemoryCommand;

/**
 * A command and where it comes from.
 *
 * @param lineNumber the line of the input that led to it, from 1; 0 when none did
 * @param command accepted by a simulation that has taken all commands before it
 */
public record ImportedCommand(long lineNumber, MemoryCommand command) {}
