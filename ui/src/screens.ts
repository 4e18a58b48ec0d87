import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { Problem, get, post, postFile, query, simulation, type Candidate, type FileComparison, type Plugin, type Refusals } from './api';
import { fileCommands, PAGE_SIZES, where, type Copyable } from './commands';
import { bytes, change, count, short, size } from './format';

const name = (it: { plugin: string; profile: string }): string => `${it.plugin}:${it.profile}`;

/** What a pane shows, for a terminal. */
export function copyButtons(what: () => Copyable): TemplateResult {
  const button = (label: 'CLI' | 'curl', of: (it: Copyable) => string) => html`<button title="copy as ${label}"
    @pointerenter=${(e: Event) => ((e.target as HTMLElement).title = of(what()))} @click=${() => void navigator.clipboard.writeText(of(what()))}>${label}</button>`;
  return html`<span class="copy">${button('CLI', it => it.cli)}${button('curl', it => it.curl)}</span>`;
}

/** All profiles of the newest version of every plugin, as PLUGIN:PROFILE. */
export function layouts(plugins: Plugin[]): { id: string; title: string; granule: number }[] {
  const newest = new Map(plugins.map(plugin => [plugin.id, plugin] as const).reverse());
  return [...newest.values()].flatMap(plugin => plugin.profiles.map(profile => (
    { id: `${plugin.id}:${profile.name}`, title: profile.title, granule: profile.granuleBits })));
}

export abstract class Screen extends LitElement {
  static properties = { sim: {}, space: {}, at: {}, plugins: { attribute: false }, chosen: {}, tlb: {}, commands: { attribute: false },
    trouble: { state: true }, busy: { state: true } };
  declare sim: string;
  declare space: string;
  declare at: number | null;
  declare plugins: Plugin[];
  declare chosen: string;
  declare tlb: string;
  declare commands: Copyable;
  declare trouble: string;
  declare busy: boolean;
  private running = 0;

  constructor() {
    super();
    this.sim = this.space = this.chosen = this.tlb = this.trouble = '';
    this.at = null;
    this.plugins = [];
    this.commands = { cli: '', curl: '' };
    this.busy = false;
  }

  protected createRenderRoot(): HTMLElement {
    return this;
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

  protected tell<T>(event: string, detail: T): void {
    this.dispatchEvent(new CustomEvent<T>(event, { detail, bubbles: true }));
  }
}

/** The layout that a file is held against: that of most Linux systems. */
const BASE = 'arm64:4k-48';
const MAX_FILE_BYTES = 16 << 20;

/** What other page sizes would cost: one history, of the server or from a file, under other plugins and profiles. */
export class CompareScreen extends Screen {
  static properties = { ...Screen.properties, file: { state: true }, over: { state: true } };
  declare file: File | null;
  declare over: boolean;
  private found: Candidate[] = [];
  private read: FileComparison['file'] | null = null;
  private asked = '';

  constructor() {
    super();
    this.file = null;
    this.over = false;
  }

  protected willUpdate(changed: PropertyValues): void {
    const { file } = this;
    if (changed.has('file') && changed.get('file') !== undefined) this.found = [];
    const key = [file === null ? `${this.sim}|${this.space}|${this.at}` : `${file.name}|${file.size}|${file.lastModified}`, this.chosen, this.tlb].join('|');
    if (key === this.asked || this.chosen === '' || (file === null && (this.sim === '' || this.space === ''))) return;
    this.asked = key;
    void this.attempt(async () => {
      const answer = file === null
        ? await get<{ candidates: Candidate[] }>(`${simulation(this.sim)}/compare${query({ with: this.chosen, at: this.at, space: this.space, tlb: this.tlb })}`)
        : await postFile<FileComparison>(`/v1/compare${query({ with: this.ofFile(), tlb: this.tlb })}`, file);
      if (key !== this.asked) return;
      this.found = answer.candidates;
      this.read = 'file' in answer ? (answer as FileComparison).file : null;
    });
  }

  private ofFile(): string {
    return [...new Set([BASE, ...this.chosen.split(',')])].slice(0, 16).join(',');
  }

  private toggle(id: string): void {
    const now = this.chosen.split(',').filter(part => part !== '');
    const next = now.includes(id) ? now.filter(part => part !== id) : [...now, id];
    this.tell('pf-with', next.slice(0, 16).join(','));
  }

  private take(files: FileList | null | undefined): void {
    const file = files?.[0];
    if (file === undefined) return;
    if (file.size > MAX_FILE_BYTES) {
      this.trouble = `${file.name} has ${bytes(file.size)}; a file may have ${bytes(MAX_FILE_BYTES)}.`;
      return;
    }
    if (this.chosen === '') this.tell('pf-with', PAGE_SIZES);
    this.found = [];
    this.file = file;
  }

  private drag(event: DragEvent, over: boolean): void {
    event.preventDefault();
    this.over = over;
  }

  protected render() {
    const { file } = this;
    const commands = file === null ? this.commands : fileCommands(file.name, this.read?.format ?? 'maps', this.ofFile(), this.tlb);
    return html`<section class="pane wide ${this.over ? 'over' : ''}" @dragover=${(e: DragEvent) => this.drag(e, true)} @dragleave=${(e: DragEvent) => this.drag(e, false)}
        @drop=${(e: DragEvent) => { this.drag(e, false); this.take(e.dataTransfer?.files); }}><h2>What would other pages cost?${copyButtons(() => commands)}</h2>
      <div class="sources"><p class="source ${file === null ? 'now' : ''}"><b>The simulation ${this.sim}</b><br>
          <span class="dim">${this.space === '' ? '' : `space ${this.space}, `}${this.at === null ? 'as it is now' : `after event ${count(this.at)}`}</span>
          ${file === null ? nothing : html`<br><button @click=${() => { this.found = []; this.read = null; this.file = null; }}>Back to it</button>`}</p>
        <p class="source ${file === null ? '' : 'now'}"><b>${file === null ? 'A program of yours' : file.name}</b><br>
          <span class="dim">${file === null ? html`Drop a file here: <kbd>/proc/PID/maps</kbd>, <kbd>strace -f</kbd> or <kbd>sim export</kbd>`
            : this.read === null ? bytes(file.size) : `${this.read.format}, ${count(this.read.lines)} lines, ${this.read.spaces.length} ${this.read.spaces.length === 1 ? 'space' : 'spaces'} at the end`}</span><br>
          <label class="pick">or choose one <input type="file" @change=${(e: Event) => { const input = e.target as HTMLInputElement; this.take(input.files); input.value = ''; }}></label></p></div>
      <div class="form chips" role="group" aria-label="Profiles to compare">${[...new Set(layouts(this.plugins).map(it => it.granule))].sort((x, y) => x - y).map(granule => html`
        <span class="group"><span class="dim">${size(String(2 ** granule))}</span>${layouts(this.plugins).filter(it => it.granule === granule).map(({ id, title }) => html`
        <button class="chip" aria-pressed=${this.chosen.split(',').includes(id)} title=${title} @click=${() => this.toggle(id)}>${id}</button>`)}</span>`)}
        <label>TLB entries <input class="number" type="number" min="1" max="1048576" .value=${this.tlb || '1024'}
          @change=${(e: Event) => { const it = e.target as HTMLInputElement; if (it.checkValidity()) this.tell('pf-tlb', it.value === '1024' ? '' : it.value); }}></label></div>
      ${this.trouble === '' ? nothing : html`<p class="bad" role="alert">${this.trouble}</p>`}
      <p role="status" class="hint">${this.busy ? 'Playing the history …' : this.found.length === 0 && this.trouble === '' ? 'Choose a profile.' : ''}</p>
      ${this.found.length === 0 ? nothing : this.table()}
      <p class="lead">Event by event under each layout. Everything mapped counts as touched. What does not fit is widened to the next larger page, and counted.
        ${(this.read?.malformed.count ?? 0) > 0 ? html`<span class="bad">${count(this.read!.malformed.count)} lines were passed over</span>, the first is line ${this.read!.malformed.lines[0].line}: ${this.read!.malformed.lines[0].reason}.` : nothing}</p></section>`;
  }

  private table(): TemplateResult {
    const base = this.found[0].figures;
    const most = (of: (it: NonNullable<Candidate['figures']>) => number) => Math.max(1, ...this.found.map(it => (it.figures === undefined ? 0 : of(it.figures))));
    const [tables, leaves, entries] = [most(it => it.tableBytes), most(leafCount), most(it => it.tlb.neededEntries)];
    return html`${this.found.slice(1).map(it => this.sentence(it))}
      <table class="compare"><thead><tr><th>layout</th><th>table bytes</th><th></th><th>leaves</th><th>TLB entries</th>
        <th class="n">runs</th><th class="n">reach of ${count(this.found[0].figures?.tlb.entries ?? 1024)}</th><th class="n">tables</th><th class="n">over-mapped</th>
        <th class="n">widened</th><th class="n">not exactly</th><th class="n">not at all</th></tr></thead>
      <tbody>${this.found.map(it => it.figures === undefined || base === undefined ? html`<tr><td>${name(it)}</td><td class="bad" colspan="11">${it.failure ?? 'cannot hold this history'}</td></tr>` : html`
        <tr class=${it === this.found[0] ? 'bound' : ''}><td>${name(it)} <span class="dim">${it.bound ? 'selected' : it.coarsening === 'widen' ? 'widened' : 'exact'}</span></td>
          <td>${bar(it.figures.tableBytes / tables)} ${bytes(it.figures.tableBytes)}</td>
          <td class="dim">${it === this.found[0] ? '' : change(base.tableBytes, it.figures.tableBytes)}</td>
          <td>${bar(leafCount(it.figures) / leaves)} ${it.figures.leaves.map(leaf => `${count(leaf.count)} × ${size(leaf.size)}`).join(', ')}</td>
          <td>${bar(it.figures.tlb.neededEntries / entries)} ${count(it.figures.tlb.neededEntries)}</td>
          <td class="n">${count(it.figures.contiguousRuns)}</td>
          <td class="n">${bytes(it.figures.tlb.reachBytes)}</td><td class="n">${count(it.figures.tables)}</td>
          <td class="n ${it.figures.overMappedBytes > 0 ? 'bad' : ''}">${bytes(it.figures.overMappedBytes)}</td>
          <td class="n ${it.figures.widenedPermissionBytes > 0 ? 'bad' : ''}">${bytes(it.figures.widenedPermissionBytes)}</td>
          <td class="n ${it.inexact.count > 0 ? 'bad' : ''}">${count(it.inexact.count)}</td>
          <td class="n ${it.leftOut.count > 0 ? 'bad' : ''}">${count(it.leftOut.count)}</td></tr>`)}</tbody></table>
      ${this.found.map(it => html`${refusals(`What ${name(it)} cannot hold without rounding`, it.inexact)}${refusals(`What ${name(it)} cannot hold at all`, it.leftOut)}`)}`;
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

const leafCount = (it: NonNullable<Candidate['figures']>): number => it.leaves.reduce((sum, leaf) => sum + leaf.count, 0);

const bar = (part: number): TemplateResult => html`<svg class="costbar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect
  class="well" width="100" height="10" /><rect class="fill" width=${part * 100} height="10" /></svg>`;

const LISTED = 20;

function refusals(title: string, it: Refusals): TemplateResult | typeof nothing {
  if (it.count === 0) return nothing;
  return html`<details><summary>${title}: <b>${count(it.count)}</b> ${it.count === 1 ? 'event' : 'events'}</summary>
    <table class="compare"><tbody>${it.events.slice(0, LISTED).map(event => html`<tr><td class="n">#${count(event.position)}</td><td>${event.type.replace('range-', '')}</td>
      <td>${event.range === undefined ? '' : `0x${short(event.range.start)} +${size(event.range.size)}`}</td><td>${event.reason}</td><td class="dim">${event.detail}</td></tr>`)}</tbody></table>
    ${it.count > LISTED ? html`<p class="dim">The first ${Math.min(LISTED, it.events.length)} of ${count(it.count)}.</p>` : nothing}</details>`;
}
customElements.define('pf-compare', CompareScreen);

interface Use { simulation: string; position: number; selected: boolean; events: number }

/** The plugins, who uses them, and the swap of the simulation's own, with what would come of it first. */
export class PluginsScreen extends Screen {
  private uses = new Map<string, Use[] | string>();
  private report: { possible: boolean; to?: Candidate; refused?: { position: number; detail: string }[]; suggested: unknown[] } | null = null;
  private target = '';
  private widen = false;
  private done = '';

  /** Reads all histories, so that it is only done when somebody asks. */
  private async use(id: string): Promise<void> {
    try {
      this.uses.set(id, (await get<{ simulations: Use[] }>(`/v1/plugins/usage${query({ plugin: id })}`)).simulations);
    } catch (error) {
      this.uses.set(id, error instanceof Error ? error.message : String(error));
    }
    this.requestUpdate();
  }

  private usage(id: string): TemplateResult {
    const uses = this.uses.get(id);
    if (uses === undefined) return html`<button @click=${() => void this.use(id)}>Who uses it?</button>`;
    if (typeof uses === 'string') return html`<p class="bad">${uses}</p>`;
    if (uses.length === 0) return html`<p class="dim">No simulation uses it.</p>`;
    return html`<table class="compare uses"><thead><tr><th>simulation</th><th>selected</th><th class="n">events</th><th class="n">position</th></tr></thead>
      <tbody>${uses.map(it => html`<tr><td>${it.simulation}</td><td>${it.selected ? 'now' : 'before'}</td><td class="n">${count(it.events)}</td><td class="n">${count(it.position)}</td></tr>`)}</tbody></table>`;
  }

  private body(target = this.target) {
    const [plugin, profile] = target.split(':');
    return { plugin, profile, coarsening: this.widen ? 'widen' : 'reject' };
  }

  private swapCommands(): Copyable {
    const { plugin, profile, coarsening } = this.body(this.target || PAGE_SIZES.split(',')[1]);
    const path = `${location.origin}${simulation(this.sim)}/swap?dryRun=true`;
    return {
      cli: `./pagefold swap ${this.sim} --plugin ${plugin} --profile ${profile}${this.widen ? ' --coarsen widen' : ''} --dry-run${where()}`,
      curl: `curl -H 'Content-Type: application/json' -d '${JSON.stringify({ plugin, profile, coarsening })}' '${path}'`,
    };
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
          this.tell('pf-swapped', null);
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
    return html`<section class="pane wide"><h2>Swap the plugin of ${this.sim}${copyButtons(() => this.swapCommands())}</h2>
      <p class="lead">The tables of another layout are built from the history while the old ones serve, and take over between two events.</p>
      <p class="form"><label>Layout <select @change=${choose}><option value="">choose …</option>${layouts(this.plugins).map(({ id, title }) => html`
          <option value=${id} ?selected=${id === this.target}>${id} — ${title}</option>`)}</select></label>
        <label><input type="checkbox" .checked=${this.widen} @change=${() => { this.widen = !this.widen; this.report = null; this.requestUpdate(); }}> widen what does not fit</label>
        <button ?disabled=${this.target === '' || this.busy} @click=${() => this.ask(true)}>Dry run</button>
        <button class="primary" ?disabled=${this.busy || this.report?.possible !== true} @click=${() => this.ask(false)}>Swap</button></p>
      ${this.trouble === '' ? nothing : html`<p class="bad" role="alert">${this.trouble}</p>`}
      <p role="status">${this.done}</p>
      ${this.report === null ? nothing : this.outcome()}
      <h2 class="ruled">Plugins${copyButtons(() => this.commands)}</h2>
      ${this.plugins.map(plugin => html`<h3>${plugin.id} ${plugin.version} <span class="dim">sha-256 ${plugin.digest.slice(0, 16)}…</span></h3>
        <table class="compare"><tbody>${plugin.profiles.map(profile => html`<tr><td>${profile.name}</td><td>${profile.title}</td>
          <td class="dim" title=${profile.capabilities.join(', ')}>${profile.capabilities.length} capabilities</td></tr>`)}</tbody></table>${this.usage(plugin.id)}`)}</section>`;
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
