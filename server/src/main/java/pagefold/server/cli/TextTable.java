package pagefold.server.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Columns of text, as wide as they must be, two blanks apart; columns of numbers stand on the right. */
final class TextTable {
    private final List<List<String>> rows = new ArrayList<>();
    private final int columns;

    TextTable(String... header) {
        columns = header.length;
        rows.add(List.of(header));
    }

    void row(Object... cells) {
        if (cells.length != columns) {
            throw new IllegalArgumentException("expected " + columns + " cells, but there are " + cells.length);
        }
        List<String> row = new ArrayList<>(columns);
        for (Object cell : cells) {
            row.add(cell.toString());
        }
        rows.add(row);
    }

    void print(PrintWriter out) {
        int[] widths = new int[columns];
        boolean[] right = new boolean[columns];
        for (int column = 0; column < columns; column++) {
            right[column] = rows.size() > 1;
            for (int row = 0; row < rows.size(); row++) {
                String cell = rows.get(row).get(column);
                widths[column] = Math.max(widths[column], cell.codePointCount(0, cell.length()));
                right[column] &= row == 0 || isNumber(cell);
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < columns; column++) {
                String cell = row.get(column);
                String blanks = " ".repeat(widths[column] - cell.codePointCount(0, cell.length()));
                line.append(column == 0 ? "" : "  ").append(right[column] ? blanks + cell : cell + blanks);
            }
            out.println(line.toString().stripTrailing());
        }
    }

    private static boolean isNumber(String cell) {
        return !cell.isEmpty() && Character.isDigit(cell.charAt(0)) && !cell.startsWith("0x");
    }
}
