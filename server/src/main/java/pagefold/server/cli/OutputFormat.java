package pagefold.server.cli;

/** How data is written. */
enum OutputFormat {
    /** For people. */
    TABLE,
    /** As the server says it. */
    JSON
}
