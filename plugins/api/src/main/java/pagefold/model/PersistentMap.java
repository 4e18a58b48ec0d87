package pagefold.model;

import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An immutable sorted map (an AVL tree with path copying): an update costs a logarithmic number of nodes and leaves
 * every older version as it was. That is what makes a {@link Simulation} a value: a batch that is rejected half-way,
 * or a reader of the past, needs no copy and no undo.
 */
final class PersistentMap<K, V> {
    private final Comparator<? super K> order;
    private final @Nullable Node<K, V> root;

    private record Node<K, V>(
            K key,
            V value,
            @Nullable Node<K, V> left,
            @Nullable Node<K, V> right,
            int height,
            int size) {}

    private PersistentMap(Comparator<? super K> order, @Nullable Node<K, V> root) {
        this.order = order;
        this.root = root;
    }

    static <K, V> PersistentMap<K, V> empty(Comparator<? super K> order) {
        return new PersistentMap<>(order, null);
    }

    /**
     * A map of keys, each with the value at the same place, in linear time.
     *
     * @throws IllegalStateException when the keys do not ascend
     */
    static <K, V> PersistentMap<K, V> ofSorted(Comparator<? super K> order, List<K> keys, List<V> values) {
        for (int i = 1; i < keys.size(); i++) {
            if (order.compare(keys.get(i - 1), keys.get(i)) >= 0) {
                throw new IllegalStateException(
                        "expected keys in order, but " + keys.get(i) + " stands behind " + keys.get(i - 1));
            }
        }
        return new PersistentMap<>(order, ofSorted(keys, values, 0, keys.size()));
    }

    private static <K, V> @Nullable Node<K, V> ofSorted(List<K> keys, List<V> values, int from, int to) {
        if (from == to) {
            return null;
        }
        int middle = (from + to) >>> 1;
        return node(
                keys.get(middle),
                values.get(middle),
                ofSorted(keys, values, from, middle),
                ofSorted(keys, values, middle + 1, to));
    }

    int size() {
        return size(root);
    }

    @Nullable
    V get(K key) {
        Node<K, V> node = root;
        while (node != null) {
            int side = order.compare(key, node.key);
            if (side == 0) {
                return node.value;
            }
            node = side < 0 ? node.left : node.right;
        }
        return null;
    }

    /** The value of the greatest key not above {@code key}. */
    @Nullable
    V floor(K key) {
        Node<K, V> node = root;
        V found = null;
        while (node != null) {
            if (order.compare(node.key, key) <= 0) {
                found = node.value;
                node = node.right;
            } else {
                node = node.left;
            }
        }
        return found;
    }

    /** The value of the least key not below {@code key}. */
    @Nullable
    V ceiling(K key) {
        Node<K, V> node = root;
        V found = null;
        while (node != null) {
            if (order.compare(node.key, key) >= 0) {
                found = node.value;
                node = node.left;
            } else {
                node = node.right;
            }
        }
        return found;
    }

    PersistentMap<K, V> put(K key, V value) {
        return new PersistentMap<>(order, put(root, key, value));
    }

    PersistentMap<K, V> remove(K key) {
        return get(key) == null ? this : new PersistentMap<>(order, remove(root, key));
    }

    /** Visits all entries in order. */
    void forEach(BiConsumer<? super K, ? super V> visitor) {
        forEach(root, visitor);
    }

    private static <K, V> void forEach(@Nullable Node<K, V> node, BiConsumer<? super K, ? super V> visitor) {
        if (node != null) {
            forEach(node.left, visitor);
            visitor.accept(node.key, node.value);
            forEach(node.right, visitor);
        }
    }

    private Node<K, V> put(@Nullable Node<K, V> node, K key, V value) {
        if (node == null) {
            return new Node<>(key, value, null, null, 1, 1);
        }
        int side = order.compare(key, node.key);
        if (side == 0) {
            return new Node<>(key, value, node.left, node.right, node.height, node.size);
        }
        return side < 0
                ? balanced(node.key, node.value, put(node.left, key, value), node.right)
                : balanced(node.key, node.value, node.left, put(node.right, key, value));
    }

    private @Nullable Node<K, V> remove(@Nullable Node<K, V> node, K key) {
        if (node == null) {
            return null;
        }
        int side = order.compare(key, node.key);
        if (side < 0) {
            return balanced(node.key, node.value, remove(node.left, key), node.right);
        }
        if (side > 0) {
            return balanced(node.key, node.value, node.left, remove(node.right, key));
        }
        if (node.left == null) {
            return node.right;
        }
        if (node.right == null) {
            return node.left;
        }
        Node<K, V> next = node.right;
        while (next.left != null) {
            next = next.left;
        }
        return balanced(next.key, next.value, node.left, remove(node.right, next.key));
    }

    private static <K, V> Node<K, V> balanced(K key, V value, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
        int lean = height(left) - height(right);
        if (lean > 1 && left != null) {
            Node<K, V> inner = left.right;
            if (height(left.left) >= height(inner) || inner == null) {
                return node(left.key, left.value, left.left, node(key, value, inner, right));
            }
            return node(
                    inner.key,
                    inner.value,
                    node(left.key, left.value, left.left, inner.left),
                    node(key, value, inner.right, right));
        }
        if (lean < -1 && right != null) {
            Node<K, V> inner = right.left;
            if (height(right.right) >= height(inner) || inner == null) {
                return node(right.key, right.value, node(key, value, left, inner), right.right);
            }
            return node(
                    inner.key,
                    inner.value,
                    node(key, value, left, inner.left),
                    node(right.key, right.value, inner.right, right.right));
        }
        return node(key, value, left, right);
    }

    private static <K, V> Node<K, V> node(K key, V value, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
        return new Node<>(
                key, value, left, right, 1 + Math.max(height(left), height(right)), 1 + size(left) + size(right));
    }

    private static int height(@Nullable Node<?, ?> node) {
        return node == null ? 0 : node.height;
    }

    private static int size(@Nullable Node<?, ?> node) {
        return node == null ? 0 : node.size;
    }
}
