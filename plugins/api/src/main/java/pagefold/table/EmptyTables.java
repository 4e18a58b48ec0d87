package pagefold.table;

/** The tables that have stayed when what was in them was unmapped. */
final class EmptyTables {
    private final PageTable tables;
    private final TableEditor editor;
    private final Geometry geometry;
    private final TableFormat format;

    EmptyTables(PageTable tables, TranslationRegime regime) {
        this.tables = tables;
        this.editor = tables.editor();
        this.geometry = regime.geometry();
        this.format = regime.format();
    }

    /** Frees an empty table that stands where a block fits, with the empty ones below it first. */
    void drop(long table, int level, long at) {
        long word = editor.word(table, level, at);
        if (!format.isTable(word, level) || !isEmpty(format.tableAddress(word), level + 1)) {
            return;
        }
        long child = format.tableAddress(word);
        long size = 1L << geometry.shift(level);
        long part = 1L << geometry.shift(level + 1);
        for (long step = 0; step != size && editor.words().live(child) != 0; step += part) {
            drop(child, level + 1, at + step);
        }
        if (editor.unlink(table, level, at, child)) {
            tables.free(child, at);
        }
    }

    private boolean isEmpty(long table, int level) {
        if (editor.words().live(table) == 0 || level == geometry.lastLevel()) {
            return editor.words().live(table) == 0;
        }
        for (int i = 0; i < geometry.entries(level); i++) {
            long word = editor.word(table, level, (long) i << geometry.shift(level));
            if (word != 0 && !(format.isTable(word, level) && isEmpty(format.tableAddress(word), level + 1))) {
                return false;
            }
        }
        return true;
    }
}
