package pagefold.table;

/** Stands in until the package has its first class; delete it then. */
final class Placeholder {

    private Placeholder() {}
}
