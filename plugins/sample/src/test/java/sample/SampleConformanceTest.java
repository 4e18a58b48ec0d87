package sample;

import pagefold.spi.ArchitecturePlugin;
import pagefold.spi.Profile;
import pagefold.testkit.PluginConformanceTest;
import pagefold.testkit.WordRules;

class SampleConformanceTest extends PluginConformanceTest {

    @Override
    protected ArchitecturePlugin plugin() {
        return new SamplePlugin();
    }

    /** The words once more, from the specification and not from the plugin. */
    @Override
    protected WordRules rules(Profile profile) {
        return new WordRules() {
            @Override
            public boolean isValid(long word, int level) {
                return (word & 1) != 0;
            }

            @Override
            public boolean isTable(long word, int level) {
                return level == 2 && (word & 3) == 3;
            }

            @Override
            public long tableAddress(long word) {
                return word & 0xf_ffff_f000L;
            }

            @Override
            public boolean needsBreak(long oldWord, long newWord, int level) {
                boolean madeGlobal = (~oldWord & newWord & 0x400) != 0;
                return madeGlobal || ((oldWord ^ newWord) & 0xf_ffff_f00eL) != 0;
            }

            @Override
            public int entryShift(int level) {
                return level == 2 ? 21 : 12;
            }

            @Override
            public boolean isContiguous(long word, int level) {
                return false;
            }

            @Override
            public int runEntries(int level) {
                return 1;
            }

            @Override
            public boolean continues(long first, long word, int entries, int level) {
                return false;
            }
        };
    }
}
