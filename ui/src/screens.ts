import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { Problem, get, post, query, simulation, type Candidate, type Plugin } from './api';
import { bytes, change, count, size } from './format';

const name = (it: { plugin: string; profile: string }): string => `${it.plugin}:${it.profile}`;

abstract class Screen extends LitElement {
  static properties = { sim: {}, space: {}, at: {}, plugins: { attribute: false }, chosen: {}, trouble: { state: true }, busy: { state: true } };
  declare sim: string;
  declare space: string;
  declare at: number | null;
  declare plugins: Plugin[];
  declare chosen: string;
  declare trouble: string;
  declare busy: boolean;
  protected asked = '';
  private running = 0;

  constructor() {
    super();
    this.sim = this.space = this.chosen = this.trouble = '';
    this.at = null;
    this.plugins = [];
    this.busy = false;
  }

  protected createRenderRoot(): HTMLElement {
    return this;
  }

  protected candidates(): { id: string; title: string; granule: number }[] {
    const newest = new Map(this.plugins.map(plugin => [plugin.id, plugin] as const).reverse());
    return [...newest.values()].flatMap(plugin => plugin.profiles.map(profile => (
      { id: `${plugin.id}:${profile.name}`, title: profile.title, granule: profile.granuleBits })));
  }

  protected async attempt(work: () => Promise<void>): Promise<void> {
    this.running++;
    this.busy = true;
    this.trouble = '';
    try {
      await work();
    } catch (error) {
      this.trouble = error instanceof Error ? error.message : String(error);
    }
    this.busy = --this.running > 0;
    this.requestUpdate();
  }
}

/** What other page sizes would cost: the same history under other plugins and profiles. */
export class CompareScreen extends Screen {
  private found: Candidate[] = [];

  protected willUpdate(): void {
    const key = [this.sim, this.space, this.at, this.chosen].join('|');
    if (key === this.asked || this.sim === '' || this.space === '' || this.chosen === '') return;
    this.asked = key;
    void this.attempt(async () => {
      const path = `${simulation(this.sim)}/compare${query({ with: this.chosen, at: this.at, space: this.space })}`;
      const answer = (await get<{ candidates: Candidate[] }>(path)).candidates;
      if (key === this.asked) this.found = answer;
    });
  }

  private toggle(id: string): void {
    const now = this.chosen.split(',').filter(part => part !== '');
    const next = now.includes(id) ? now.filter(part => part !== id) : [...now, id];
    this.dispatchEvent(new CustomEvent('pf-with', { detail: next.slice(0, 16).join(','), bubbles: true }));
  }

  protected render() {
    const chosen = this.chosen.split(',');
    return html`<section class="pane wide"><h2>What would other pages cost?</h2>
      <p class="lead">The history of <b>${this.sim}</b>${this.space === '' ? '' : html`, space <b>${this.space}</b>`}, event by event under other page sizes.
        Everything mapped counts as touched. What does not fit is widened to the next larger page, and counted.</p>
      <div class="chips" role="group" aria-label="Profiles to compare">${this.candidates().map(({ id, title }) => html`
        <button class="chip" aria-pressed=${chosen.includes(id)} title=${title} @click=${() => this.toggle(id)}>${id}</button>`)}</div>
      ${this.trouble === '' ? nothing : html`<p class="bad" role="alert">${this.trouble}</p>`}
      ${this.found.length === 0 ? html`<p class="hint">${this.busy ? 'Playing the history …' : 'Choose a profile.'}</p>` : this.table()}</section>`;
  }

  private table(): TemplateResult {
    const base = this.found[0].figures;
    const most = Math.max(...this.found.map(it => it.figures?.tableBytes ?? 0));
    return html`${this.found.slice(1).map(it => this.sentence(it))}
      <table class="compare"><thead><tr><th>layout</th><th>table bytes</th><th></th><th class="n">tables</th><th class="n">leaves</th>
        <th class="n">runs</th><th class="n">TLB entries</th><th class="n">reach of 1024</th><th class="n">over-mapped</th>
        <th class="n">widened</th><th class="n">left out</th></tr></thead>
      <tbody>${this.found.map(it => it.figures === undefined || base === undefined ? html`<tr><td>${name(it)}</td><td class="bad">cannot hold this history</td></tr>` : html`
        <tr class=${it.bound ? 'bound' : ''}><td>${name(it)} <span class="dim">${it.bound ? 'selected' : it.coarsening}</span></td>
          <td><svg class="costbar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="well" width="100" height="10" /><rect class="fill" width=${(it.figures.tableBytes / most) * 100} height="10" /></svg> ${bytes(it.figures.tableBytes)}</td>
          <td class="dim">${it.bound ? '' : change(base.tableBytes, it.figures.tableBytes)}</td>
          <td class="n">${count(it.figures.tables)}</td>
          <td class="n">${it.figures.leaves.map(leaf => `${count(leaf.count)} × ${size(leaf.size)}`).join(', ')}</td>
          <td class="n">${count(it.figures.contiguousRuns)}</td><td class="n">${count(it.figures.tlb.neededEntries)}</td>
          <td class="n">${bytes(it.figures.tlb.reachBytes)}</td>
          <td class="n ${it.figures.overMappedBytes > 0 ? 'bad' : ''}">${bytes(it.figures.overMappedBytes)}</td>
          <td class="n ${it.figures.widenedPermissionBytes > 0 ? 'bad' : ''}">${bytes(it.figures.widenedPermissionBytes)}</td>
          <td class="n ${it.leftOut.count > 0 ? 'bad' : ''}">${count(it.leftOut.count)}</td></tr>`)}</tbody></table>`;
  }

  /** The answer in words, for who asked the question in words. */
  private sentence(it: Candidate): TemplateResult | typeof nothing {
    const base = this.found[0].figures;
    if (base === undefined || it.figures === undefined) return nothing;
    const { figures } = it;
    return html`<p class="answer"><b>${name(it)}</b>: ${bytes(figures.tableBytes)} of tables instead of ${bytes(base.tableBytes)}
      (${change(base.tableBytes, figures.tableBytes)}), ${count(figures.tlb.neededEntries)} TLB entries instead of ${count(base.tlb.neededEntries)},
      ${figures.overMappedBytes === 0 ? 'nothing mapped beyond what was asked' : html`<span class="bad">${bytes(figures.overMappedBytes)} mapped beyond what was asked</span>`},
      ${figures.widenedPermissionBytes === 0 ? 'no wider permissions' : html`<span class="bad">${bytes(figures.widenedPermissionBytes)} with wider permissions</span>`}.</p>`;
  }
}
customElements.define('pf-compare', CompareScreen);

/** The plugins, and the swap of the simulation's own, with what would come of it first. */
export class PluginsScreen extends Screen {
  private report: { possible: boolean; to?: Candidate; refused?: { position: number; detail: string }[]; suggested: unknown[] } | null = null;
  private target = '';
  private widen = false;
  private done = '';

  private body() {
    const [plugin, profile] = this.target.split(':');
    return { plugin, profile, coarsening: this.widen ? 'widen' : 'reject' };
  }

  private ask(dryRun: boolean): void {
    this.done = '';
    void this.attempt(async () => {
      try {
        const answer = await post<Record<string, unknown>>(`${simulation(this.sim)}/swap${dryRun ? '?dryRun=true' : ''}`, this.body());
        if (dryRun) this.report = answer as unknown as typeof this.report;
        else {
          this.report = null;
          this.done = `Selected by event ${String(answer.position)}.`;
          this.dispatchEvent(new CustomEvent('pf-swapped', { bubbles: true }));
        }
      } catch (error) {
        if (error instanceof Problem && Array.isArray(error.body.refused)) {
          this.report = { possible: false, refused: error.body.refused as { position: number; detail: string }[], suggested: [] };
        }
        throw error;
      }
    });
  }

  protected render() {
    const choose = (event: globalThis.Event) => {
      this.target = (event.target as HTMLSelectElement).value;
      this.report = null;
      this.requestUpdate();
    };
    return html`<section class="pane wide"><h2>Swap the plugin of ${this.sim}</h2>
      <p class="lead">The tables of another layout are built from the history while the old ones serve, and take over between two events.</p>
      <p class="form"><label>Layout <select @change=${choose}><option value="">choose …</option>${this.candidates().map(({ id, title }) => html`
          <option value=${id} ?selected=${id === this.target}>${id} — ${title}</option>`)}</select></label>
        <label><input type="checkbox" .checked=${this.widen} @change=${() => { this.widen = !this.widen; this.report = null; this.requestUpdate(); }}> widen what does not fit</label>
        <button ?disabled=${this.target === '' || this.busy} @click=${() => this.ask(true)}>Dry run</button>
        <button class="primary" ?disabled=${this.busy || this.report?.possible !== true} @click=${() => this.ask(false)}>Swap</button></p>
      ${this.trouble === '' ? nothing : html`<p class="bad" role="alert">${this.trouble}</p>`}
      <p role="status">${this.done}</p>
      ${this.report === null ? nothing : this.outcome()}
      <h2>Plugins</h2>
      ${this.plugins.map(plugin => html`<h3>${plugin.id} ${plugin.version} <span class="dim">sha-256 ${plugin.digest.slice(0, 16)}…</span></h3>
        <table class="compare"><tbody>${plugin.profiles.map(profile => html`<tr><td>${profile.name}</td><td>${profile.title}</td>
          <td class="dim">${profile.capabilities.length} capabilities</td></tr>`)}</tbody></table>`)}</section>`;
  }

  private outcome(): TemplateResult {
    const report = this.report!;
    const figures = report.to?.figures;
    return html`<p class="answer">${report.possible ? html`<b>Possible.</b> ${figures === undefined ? nothing : html`${bytes(figures.tableBytes)} in ${count(figures.tables)} tables,
        ${bytes(figures.overMappedBytes)} over-mapped, ${bytes(figures.widenedPermissionBytes)} widened.`}` : html`<b class="bad">Not possible</b> without widening.`}</p>
      ${(report.refused ?? []).slice(0, 12).map(it => html`<p class="dim">#${it.position} ${it.detail}</p>`)}`;
  }
}
customElements.define('pf-plugins', PluginsScreen);
