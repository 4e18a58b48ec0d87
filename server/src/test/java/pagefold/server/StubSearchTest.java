package pagefold.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import pagefold.spi.ArchitecturePlugin;
import pagefold.spi.CapturedMachine;
import pagefold.spi.OperationReplay;
import pagefold.table.PageTableModel;
import pagefold.table.TableFormat;
import pagefold.table.TableReader;
import pagefold.table.TranslationRegime;

/** A plugin declares what it can do and stubs nothing: its bytecode is searched for methods that do nothing. */
class StubSearchTest {
    private static final List<Class<?>> INTERFACES = List.of(
            ArchitecturePlugin.class,
            CapturedMachine.class,
            OperationReplay.class,
            PageTableModel.class,
            PageTableModel.BreakRules.class,
            TranslationRegime.class,
            TableFormat.class,
            TableReader.class);

    private static final String NAME = "a name";

    /** What may answer with a constant, by method: because the constant is the answer, and not a way out. */
    private static final Map<String, String> REASONS = Map.ofEntries(
            Map.entry("pagefold.arm32.Arm32Plugin.id", NAME),
            Map.entry("pagefold.arm32.Arm32Plugin.version", NAME),
            Map.entry("pagefold.arm64.Arm64Plugin.id", NAME),
            Map.entry("pagefold.arm64.Arm64Plugin.version", NAME),
            Map.entry("pagefold.arm64.kvm.KvmReplay.format", NAME),
            Map.entry("pagefold.arm64.Arm64Plugin.options", "a list of words, the same for every profile"),
            Map.entry("pagefold.arm32.lpae.HypRegime.kind", NAME),
            Map.entry("pagefold.arm32.lpae.Stage2Regime.kind", NAME),
            Map.entry("pagefold.arm32.lpae.HypRegime.outputBits", "40 bits, by the architecture"),
            Map.entry("pagefold.arm32.lpae.LpaeRegime.outputBits", "40 bits, by the architecture"),
            Map.entry("pagefold.arm32.lpae.Stage2Regime.outputBits", "40 bits, by the architecture"),
            Map.entry("pagefold.arm32.lpae.LongFormat.contiguousEntries", "16 entries of 4K, by the architecture"),
            Map.entry("pagefold.arm32.lpae.LongFormat.linearBytes", "the address field is in one piece"),
            Map.entry("pagefold.arm32.lpae.Stage2Format.isDirty", "KVM on arm32 kept no dirty state in its words"),
            Map.entry("pagefold.arm64.OneRangeFormat.isDirty", "KVM's own tables keep no dirty state"),
            Map.entry("pagefold.arm32.lpae.LpaeRegime.joinsLeaves", "Linux on arm32 joins nothing"),
            Map.entry("pagefold.arm32.lpae.HypRegime.joinsLeaves", "KVM never joins leaves by itself"),
            Map.entry("pagefold.arm32.lpae.Stage2Regime.joinsLeaves", "KVM joins leaves at a fault only"),
            Map.entry("pagefold.arm64.IdentityRegime.joinsLeaves", "Linux maps an identity map once"),
            Map.entry("pagefold.arm64.OneRangeRegime.joinsLeaves", "KVM never joins leaves by itself"),
            Map.entry("pagefold.arm32.shortdesc.ClassicRegime.geometry", "short descriptors have one shape"),
            Map.entry("pagefold.arm32.shortdesc.ClassicRegime.joinsLeaves", "Linux never joins pages to sections"),
            Map.entry("pagefold.arm32.shortdesc.ShortWords.wordBits", "words of 32 bits, by the architecture"),
            Map.entry("pagefold.arm64.Stage2Regime.joinsLeaves", "KVM joins leaves at a fault only"));

    @Test
    void no_method_of_a_plugin_does_nothing_to_satisfy_an_interface() throws IOException {
        Set<String> names = spiMethods();
        Set<String> stubs = new TreeSet<>();
        int methods = 0;
        for (ClassModel type : plugins()) {
            for (MethodModel method : type.methods()) {
                boolean isOurs = !method.flags().has(AccessFlag.SYNTHETIC)
                        && !method.flags().has(AccessFlag.ABSTRACT);
                // A default is the interface's own word, and judged there.
                if (isOurs && !type.flags().has(AccessFlag.INTERFACE) && names.contains(signature(method))) {
                    methods++;
                    if (isStub(method.code().orElseThrow())) {
                        stubs.add(type.thisClass().name().stringValue().replace('/', '.') + "."
                                + method.methodName().stringValue());
                    }
                }
            }
        }

        assertThat(methods).isGreaterThan(100);
        assertThat(stubs).isEqualTo(new TreeSet<>(REASONS.keySet()));
    }

    @Test
    void nothing_of_a_plugin_or_its_engine_says_that_it_is_not_supported() throws IOException {
        List<ClassModel> all = new ArrayList<>(plugins());
        for (Class<?> type :
                List.of(PageTableModel.class, pagefold.table.TableModel.class, pagefold.table.PageTable.class)) {
            try (InputStream in = type.getResourceAsStream(type.getSimpleName() + ".class")) {
                all.add(ClassFile.of().parse(Objects.requireNonNull(in).readAllBytes()));
            }
        }
        Set<String> found = new TreeSet<>();
        for (ClassModel type : all) {
            for (MethodModel method : type.methods()) {
                method.code()
                        .ifPresent(code -> code.forEach(element -> {
                            if (element instanceof NewObjectInstruction made
                                    && made.className()
                                            .name()
                                            .stringValue()
                                            .endsWith("UnsupportedOperationException")) {
                                found.add(type.thisClass().name() + "." + method.methodName());
                            }
                        }));
            }
        }

        assertThat(all).hasSizeGreaterThan(50);
        assertThat(found).isEmpty();
    }

    private static Set<String> spiMethods() {
        Set<String> names = new HashSet<>();
        for (Class<?> type : INTERFACES) {
            for (Method method : type.getMethods()) {
                if (!Modifier.isStatic(method.getModifiers())) {
                    names.add(method.getName()
                            + MethodTypeDesc.of(
                                            method.getReturnType()
                                                    .describeConstable()
                                                    .orElseThrow(),
                                            Arrays.stream(method.getParameterTypes())
                                                    .map(each -> each.describeConstable()
                                                            .orElseThrow())
                                                    .toList())
                                    .descriptorString());
                }
            }
        }
        return names;
    }

    private static String signature(MethodModel method) {
        return method.methodName().stringValue() + method.methodType().stringValue();
    }

    /** Whether a method only returns a constant, or nothing, or always throws. */
    private static boolean isStub(CodeModel code) {
        List<Instruction> instructions = code.elementStream()
                .filter(Instruction.class::isInstance)
                .map(Instruction.class::cast)
                .toList();
        boolean returns = instructions.stream().anyMatch(ReturnInstruction.class::isInstance);
        boolean constant = instructions.stream()
                .allMatch(each -> each instanceof ReturnInstruction
                        || each instanceof ConstantInstruction
                        || each instanceof FieldInstruction field && field.opcode() == Opcode.GETSTATIC);
        return !returns || constant;
    }

    private static List<ClassModel> plugins() throws IOException {
        List<ClassModel> types = new ArrayList<>();
        for (String architecture : List.of("arm32", "arm64")) {
            String name = "/plugins/pagefold-" + architecture + ".jar";
            try (InputStream in = Objects.requireNonNull(StubSearchTest.class.getResourceAsStream(name), name);
                    ZipInputStream zip = new ZipInputStream(in)) {
                for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                    if (entry.getName().endsWith(".class") && !entry.getName().endsWith("-info.class")) {
                        types.add(ClassFile.of().parse(zip.readAllBytes()));
                    }
                }
            }
        }
        return types;
    }
}
