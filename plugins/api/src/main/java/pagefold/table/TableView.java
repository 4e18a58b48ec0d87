package pagefold.table;

/**
 * One translation table.
 *
 * @param space the space it belongs to
 * @param address physical address
 * @param generic Linux's name of the level
 * @param level hardware level
 * @param start lowest input address that it translates
 * @param last highest input address that it translates
 * @param used entries that are not zero
 * @param words its entries, in order (a copy)
 */
public record TableView(
        String space, long address, String generic, int level, long start, long last, int used, long[] words) {}
