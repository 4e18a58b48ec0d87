package pagefold.host;

/** The order of plugin versions: runs of digits by value, everything else by character, as 1.9 before 1.10. */
final class Versions {
    private Versions() {}

    static int compare(String left, String right) {
        int i = 0;
        int j = 0;
        while (i < left.length() && j < right.length()) {
            int endOfLeft = endOfRun(left, i);
            int endOfRight = endOfRun(right, j);
            String leftRun = left.substring(i, endOfLeft);
            String rightRun = right.substring(j, endOfRight);
            int order = isDigit(leftRun.charAt(0)) && isDigit(rightRun.charAt(0))
                    ? byValue(leftRun, rightRun)
                    : leftRun.compareTo(rightRun);
            if (order != 0) {
                return order;
            }
            i = endOfLeft;
            j = endOfRight;
        }
        int byLength = Integer.compare(left.length() - i, right.length() - j);
        return byLength != 0 ? byLength : left.compareTo(right);
    }

    private static int endOfRun(String text, int start) {
        boolean digits = isDigit(text.charAt(start));
        int end = start + 1;
        while (end < text.length() && isDigit(text.charAt(end)) == digits) {
            end++;
        }
        return end;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static int byValue(String left, String right) {
        String a = withoutZeros(left);
        String b = withoutZeros(right);
        return a.length() != b.length() ? Integer.compare(a.length(), b.length()) : a.compareTo(b);
    }

    private static String withoutZeros(String digits) {
        int start = 0;
        while (start < digits.length() - 1 && digits.charAt(start) == '0') {
            start++;
        }
        return digits.substring(start);
    }
}
