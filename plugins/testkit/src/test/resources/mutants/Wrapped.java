package sample;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Privilege;
import pagefold.model.StateSink;
import pagefold.model.StateSource;
import pagefold.model.Step;
import pagefold.table.Geometry;
import pagefold.table.ModelStatistics;
import pagefold.table.RestorableModel;
import pagefold.table.TableListener;
import pagefold.table.TableView;
import pagefold.table.Walk;

/** A model that does what another one does, until a method is written over. */
class Wrapped implements RestorableModel {
    final RestorableModel model;

    Wrapped(RestorableModel model) {
        this.model = model;
    }

    @Override
    public @Nullable Refusal check(List<Step> steps) {
        return model.check(steps);
    }

    @Override
    public void apply(Step step, @Nullable TableListener listener) {
        model.apply(step, listener);
    }

    @Override
    public long translate(String space, long address, Access access, Privilege privilege) {
        return model.translate(space, address, access, privilege);
    }

    @Override
    public Walk walk(String space, long address, Access access, Privilege privilege) {
        return model.walk(space, address, access, privilege);
    }

    @Override
    public void dump(String space, Appendable out) throws IOException {
        model.dump(space, out);
    }

    @Override
    public List<TableView> tables(String space) {
        return model.tables(space);
    }

    @Override
    public void mappings(String space, MappingSink sink) {
        model.mappings(space, sink);
    }

    @Override
    public @Nullable TableView table(long address) {
        return model.table(address);
    }

    @Override
    public ModelStatistics statistics() {
        return model.statistics();
    }

    @Override
    public @Nullable BreakRules breakRules(String space) {
        return model.breakRules(space);
    }

    @Override
    public List<Geometry.Level> levels(String space) {
        return model.levels(space);
    }

    @Override
    public AddressRange inputRange(String space) {
        return model.inputRange(space);
    }

    @Override
    public void image(ImageSink sink) {
        model.image(sink);
    }

    @Override
    public void save(StateSink sink) {
        model.save(sink);
    }

    @Override
    public void restore(StateSource source) {
        model.restore(source);
    }
}
