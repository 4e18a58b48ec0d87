import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { Problem, follow, get, inSpace, lens, query, setToken, simulation, type Plugin, type Stats, type Table, type Why } from './api';
import { LEGEND } from './colours';
import { commands, PAGE_SIZES } from './commands';
import { bytes, change, count, size } from './format';
import { History } from './history';
import { picture } from './loader';
import { spanAt, type Picture } from './model';
import { read, write, type View } from './url';
import { walkPane, whyPane, writers } from './walk';
import { copyButtons, layouts } from './screens';
import type { HeatMap } from './heat';
import type { Action, Palette } from './palette';
import './cluster';
import './heat';
import './palette';
import './lists';
import './map';
import './time';

const LOOKS = 2;
/** Simulations to choose from; others are reached by their names, in the palette. */
const MOST_LISTED = 1000;

/** The page: what is asked for is the URL; what is shown follows it as fast as answers come. */
class App extends LitElement {
  static properties = {
    view: { state: true }, shown: { state: true }, last: { state: true }, loaded: { state: true }, trouble: { state: true },
    live: { state: true }, hover: { state: true }, why: { state: true }, asking: { state: true }, sims: { state: true }, spaces: { state: true }, plugins: { state: true },
  };
  declare view: View;
  declare shown: Picture | null;
  declare last: number;
  declare loaded: number;
  declare trouble: string;
  declare live: boolean;
  /** The address under the pointer, in all panes. */
  declare hover: string;
  declare why: Why | null;
  declare asking: string;
  declare sims: { name: string; position: number }[];
  declare spaces: { name: string; kind: string }[];
  declare plugins: Plugin[];
  private history: History | null = null;
  private linking = 0;
  private wondered = '';
  private wondering?: AbortController;
  private wonderAt = 0;
  private following?: AbortController;
  private looking = 0;
  private again = false;
  private turn = 0;
  private newest = 0;

  constructor() {
    super();
    this.view = read(location.search);
    this.shown = null;
    this.last = this.loaded = 0;
    this.trouble = '';
    this.live = false;
    this.hover = this.asking = '';
    this.why = null;
    this.sims = [];
    this.spaces = [];
    this.plugins = [];
  }

  protected createRenderRoot(): HTMLElement {
    return this;
  }

  connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('popstate', () => {
      const before = this.view.sim;
      this.view = read(location.search);
      void (before === this.view.sim ? this.load() : this.open());
    });
    document.addEventListener('keydown', event => this.key(event));
    const on = <T>(name: string, change: (value: T) => Partial<View>) =>
      this.addEventListener(name, event => this.go(change((event as CustomEvent<T>).detail)));
    on<string>('pf-va', va => ({ va }));
    on<number | null>('pf-at', at => ({ at: at !== null && at >= this.last ? null : at }));
    on<string>('pf-zoom', zoom => ({ zoom }));
    on<string>('pf-with', chosen => ({ with: chosen }));
    on<string>('pf-tlb', tlb => ({ tlb }));
    this.addEventListener('pf-hover', event => (this.hover = (event as CustomEvent<string>).detail));
    on<Table>('pf-table', table => ({ va: table.start, level: String(table.level), zoom: '' }));
    on<void>('pf-swapped', () => ({ at: null }));
    void this.open();
  }

  /** Changes the view, and the URL with it; nothing is remembered elsewhere. */
  private go(change: Partial<View>): void {
    this.view = { ...this.view, ...change };
    this.link();
    void this.load();
  }

  /** Browsers take some addresses a second and drop the rest, so that a drag writes five a second, and its last one. */
  private link(): void {
    if (this.linking !== 0) return;
    const put = () => history.replaceState(null, '', write(this.view));
    put();
    this.linking = setTimeout(() => {
      this.linking = 0;
      if (write(this.view) !== location.pathname + location.search) put();
    }, 200);
  }

  private async open(): Promise<void> {
    try {
      this.sims = (await get<{ simulations: App['sims'] }>(`/v1/simulations?limit=${MOST_LISTED}`)).simulations;
      this.plugins = (await get<{ plugins: Plugin[] }>('/v1/plugins')).plugins;
      const sim = this.view.sim || this.sims[0]?.name || '';
      if (sim === '') {
        this.trouble = 'There is no simulation yet. ./pagefold demo makes one, and ./pagefold sim create NAME an empty one.';
        return;
      }
      this.last = (await get<{ position: number }>(simulation(sim))).position;
      this.view = { ...this.view, sim };
      const history = (this.history = new History(sim));
      await this.load();
      void history.load(this.last, () => (this.loaded = history.events.length)).then(() => this.listen(history));
    } catch (error) {
      this.failed(error);
    }
  }

  private async listen(history: History): Promise<void> {
    this.following?.abort();
    const { signal } = (this.following = new AbortController());
    this.live = true;
    try {
      await follow(history.sim, history.events.length + 1, signal, event => {
        history.add(event);
        this.last = Math.max(this.last, event.position);
        this.loaded = history.events.length;
        if (this.view.at === null) void this.load();
      });
    } catch (error) {
      if (!signal.aborted) this.failed(error);
    }
    if (this.following.signal === signal) this.live = false;
  }

  /** Two looks at a time, so that the server makes one while the page draws the other; what lies between is left out. */
  private async load(): Promise<void> {
    this.again = true;
    if (this.looking === LOOKS || this.view.sim === '') return;
    this.looking++;
    while (this.again) {
      this.again = false;
      const turn = ++this.turn;
      try {
        await this.look(turn);
        this.trouble = '';
      } catch (error) {
        if (turn > this.newest) this.failed(error);
      }
    }
    this.looking--;
    if (this.looking === 0) this.wonder();
  }

  private async look(turn: number): Promise<void> {
    const at = this.view.at ?? this.last;
    const asked = get<{ spaces: App['spaces'] }>(`${simulation(this.view.sim)}/spaces${query({ at })}`).then(it => it.spaces);
    if (this.view.space === '') {
      const space = (await asked)[0]?.name ?? '';
      if (space === '') {
        this.spaces = [];
        this.shown = null;
        return;
      }
      this.view = { ...this.view, space };
    }
    const [found, spaces] = await Promise.all([picture(this.view, at), asked]);
    if (turn < this.newest) return; // A later look was faster.
    this.newest = turn;
    this.spaces = spaces;
    this.shown = { ...found, event: this.history?.events[at - 1] ?? null };
    document.title = `${this.view.sim} at ${at} — Pagefold`;
    // For tests and for the curious: which position and bytes the picture shows.
    this.dataset.position = String(at);
    this.dataset.hash = found.a.stats.imageHash;
  }

  private failed(error: unknown): void {
    this.trouble = error instanceof Error ? error.message : String(error);
    if (error instanceof Problem && error.status === 401) {
      this.querySelector<HTMLDialogElement>('#login')?.showModal();
    }
  }

  private key(event: KeyboardEvent): void {
    const typing = event.target instanceof HTMLElement && event.target.matches('input, select, textarea, dialog *');
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.view.at ?? this.last;
    const actions: Record<string, () => void> = {
      '/': () => this.querySelector<HTMLInputElement>('#address')?.focus(),
      ':': () => this.querySelector<Palette>('pf-palette')?.open(),
      '?': () => this.querySelector<HTMLDialogElement>('#keys')?.showModal(),
      '[': () => this.go({ at: Math.max(1, at - 1) }),
      ']': () => this.go({ at: at + 1 >= this.last ? null : at + 1 }),
      e: () => this.go({ at: null }),
      x: () => this.go({ a: this.view.b, b: this.view.a }),
      '1': () => this.show('workbench'),
      '2': () => this.show('compare'),
      '3': () => this.show('plugins'),
      '4': () => this.show('cluster'),
    };
    const action = actions[event.key] ?? (this.querySelector<HeatMap>('pf-heat')?.navigate(event.key) ? () => {} : undefined);
    if (action === undefined) return;
    event.preventDefault();
    action();
  }

  private show(screen: View['screen']): void {
    this.go(screen === 'compare' ? { screen, with: this.view.with || PAGE_SIZES } : { screen });
  }

  /** Everything that the palette can do now. */
  private actions(typed: string): Action[] {
    const { view } = this;
    const at = view.at ?? this.last;
    const all: Action[] = [];
    const number = typed.trim();
    if (/^\d{1,15}$/.test(number) && Number(number) >= 1 && Number(number) <= this.last) {
      all.push({ text: `position ${number}`, detail: 'move the playhead', run: () => this.go({ at: Number(number) === this.last ? null : Number(number) }) });
    }
    if (/^0x[0-9a-f]{1,16}$/i.test(number)) {
      all.push({ text: `address ${number}`, detail: 'walk it', run: () => this.go({ va: number.toLowerCase() }) });
    }
    const screens: [View['screen'], string][] = [['workbench', 'tables, map, walk and history'], ['compare', 'page sizes: what would other pages cost?'], ['plugins', 'plugins, and the swap of one'], ['cluster', 'nodes, and where the simulations are']];
    screens.forEach(([screen, detail]) => all.push({ text: `screen ${screen}`, detail, run: () => this.show(screen) }));
    this.spaces.forEach(({ name, kind }) => all.push({ text: `space ${name}`, detail: kind, run: () => this.go({ space: name, va: '', zoom: '' }) }));
    this.sims.forEach(({ name, position }) => all.push({ text: `simulation ${name}`, detail: `at ${position}`, run: () => this.enter(name) }));
    if (this.sims.length === MOST_LISTED && /^\w[\w.-]{0,63}$/.test(number) && this.sims.every(({ name }) => name !== number)) {
      all.push({ text: `simulation ${number}`, detail: `not among the first ${MOST_LISTED}`, run: () => this.enter(number) });
    }
    for (const side of ['a', 'b'] as const) {
      all.push({ text: `${side.toUpperCase()} ${side === 'a' ? 'as selected' : 'nothing'}`, detail: 'layout', run: () => this.go({ [side]: '' }) });
      for (const { id, title } of layouts(this.plugins)) all.push({ text: `${side.toUpperCase()} ${id}`, detail: title, run: () => this.go({ [side]: id }) });
    }
    all.push({ text: 'exchange A and B', detail: 'x', run: () => this.go({ a: view.b, b: view.a }) },
      { text: 'live', detail: 'to the end, and follow', run: () => this.go({ at: null }) },
      { text: 'first event', detail: 'position 1', run: () => this.go({ at: 1 }) },
      { text: 'link', detail: 'copy the address of this view', run: () => void navigator.clipboard.writeText(location.href) },
      { text: 'keys', detail: '?', run: () => this.querySelector<HTMLDialogElement>('#keys')?.showModal() },
      { text: 'sign in', detail: 'with another token', run: () => this.querySelector<HTMLDialogElement>('#login')?.showModal() });
    for (const [pane, { cli, curl }] of Object.entries(commands(view, at))) {
      all.push({ text: `copy ${pane} as CLI`, detail: cli, run: () => void navigator.clipboard.writeText(cli) },
        { text: `copy ${pane} as curl`, detail: curl, run: () => void navigator.clipboard.writeText(curl) });
    }
    return all;
  }

  private copy(pane: string): TemplateResult {
    return copyButtons(() => commands(this.view, this.view.at ?? this.last)[pane]);
  }

  protected render() {
    const { screen } = this.view;
    return html`${this.bar()}
      ${this.trouble === '' ? nothing : html`<p class="trouble" role="alert">${this.trouble}</p>`}
      ${screen === 'workbench' ? this.workbench() : html`<main class="single">
        ${screen === 'compare'
          ? html`<pf-compare .sim=${this.view.sim} .space=${this.view.space} .at=${this.view.at} .plugins=${this.plugins} .chosen=${this.view.with} .tlb=${this.view.tlb}
            .commands=${commands(this.view, this.view.at ?? this.last).compare}></pf-compare>`
          : screen === 'cluster' ? html`<pf-cluster .commands=${commands(this.view, this.view.at ?? this.last).cluster}></pf-cluster>`
          : html`<pf-plugins .sim=${this.view.sim} .plugins=${this.plugins} .commands=${commands(this.view, this.view.at ?? this.last).plugins}></pf-plugins>`}</main>`}
      ${this.dialogs()}<pf-palette .actions=${(typed: string) => this.actions(typed)}></pf-palette>`;
  }

  /** Another simulation, of which nothing is known yet. */
  private enter(sim: string): void {
    this.view = { ...read(''), screen: this.view.screen, sim };
    history.pushState(null, '', write(this.view));
    void this.open();
  }

  private choice(label: string, side: 'a' | 'b'): TemplateResult {
    const all = layouts(this.plugins).map(({ id }) => id);
    const bound = this.shown?.a.stats.binding;
    const selected = side === 'b' ? 'nothing beside' : this.view.a === '' && bound ? `${bound.plugin}:${bound.profile}` : 'as selected';
    return html`<label class="side-${side}"><b>${label}</b> <select aria-label="layout ${label}" .value=${this.view[side]}
      @change=${(e: Event) => this.go({ [side]: (e.target as HTMLSelectElement).value })}>
      <option value="" ?selected=${this.view[side] === ''}>${selected}</option>
      ${all.map(id => html`<option value=${id} ?selected=${id === this.view[side]}>${id}</option>`)}</select></label>`;
  }

  private bar(): TemplateResult {
    const { view } = this;
    const tab = (screen: View['screen'], label: string) => html`<button class="tab" aria-pressed=${view.screen === screen}
      @click=${() => this.show(screen)}>${label}</button>`;
    const options = (names: string[], chosen: string) => (names.includes(chosen) || chosen === '' ? names : [chosen, ...names])
      .map(name => html`<option value=${name} ?selected=${name === chosen}>${name}</option>`);
    return html`<header>
      <h1>pagefold</h1>
      <nav aria-label="screens">${tab('workbench', 'Workbench')}${tab('compare', 'Page sizes')}${tab('plugins', 'Plugins')}${tab('cluster', 'Cluster')}</nav>
      <label>simulation <select @change=${(e: Event) => this.enter((e.target as HTMLSelectElement).value)}>${options(this.sims.map(it => it.name), view.sim)}</select></label>
      <label>space <select @change=${(e: Event) => this.go({ space: (e.target as HTMLSelectElement).value, va: '', zoom: '' })}>${options(this.spaces.map(it => it.name), view.space)}</select></label>
      ${this.choice('A', 'a')}${this.choice('B', 'b')}
      <span>position <b>${count(view.at ?? this.last)}</b> / ${count(this.last)}</span>
      <span class=${this.live && view.at === null ? 'live' : 'dim'}>● ${!this.live ? 'loading' : view.at === null ? 'live' : 'in the past'}</span>
      <form @submit=${(e: SubmitEvent) => {
        e.preventDefault();
        const typed = this.querySelector<HTMLInputElement>('#address')!;
        if (typed.checkValidity() && typed.value !== '') this.go({ va: '0x' + typed.value.replace(/^0x/i, '').toLowerCase() });
        typed.blur();
      }}><label>/ <input id="address" aria-label="go to address" placeholder="address" pattern="(0x)?[0-9a-fA-F]{1,16}" .value=${view.va}></label></form>
      <button class="tab" @click=${() => this.querySelector<Palette>('pf-palette')?.open()} title="commands" aria-label="commands">:</button>
      <button class="tab" @click=${() => this.querySelector<HTMLDialogElement>('#keys')?.showModal()} title="keys" aria-label="keys">?</button></header>`;
  }

  private workbench(): TemplateResult {
    const { shown, view } = this;
    const at = view.at ?? this.last;
    const tables = shown?.a.tables ?? [];
    const levels = [...new Set(tables.map(table => table.level))].sort();
    const level = view.level !== '' && levels.includes(Number(view.level)) ? Number(view.level) : (levels.at(-1) ?? 0);
    const here = view.va === '' ? null : spanAt(shown?.regions ?? [], BigInt(view.va));
    const deep = tables.filter(table => table.level === level);
    const marks = writers(this.why);
    return html`<main class="bench">
      <section class="pane tables" aria-label="tables"><h2>Translation tables <b class="a">A</b>${this.copy('tables')}</h2>
        <pf-tree aria-label="table tree" .picture=${shown} .va=${view.va}></pf-tree>${this.figures()}</section>
      <section class="pane middle" aria-label="map"><h2>Address-space map <span class="dim">gaps compressed</span>${this.copy('map')}</h2>
        <pf-map .picture=${shown} .va=${view.va} .hover=${this.hover}></pf-map>
        <p class="legend">${LEGEND.map(([kind, text]) => html`<span><i class="k-${kind}"></i>${text}</span>`)}<span><i class="k-diff"></i>A≠B</span></p>
        <h2>Entries <b class="a">A</b> <span class="dim">one cell = one level-${level} entry · ${count(deep.length)} tables · ${count(deep.reduce((sum, it) => sum + it.words.length, 0))} cells</span>
          <span class="copy">${levels.map(it => html`<button aria-pressed=${it === level} @click=${() => this.go({ level: String(it), zoom: '' })}>L${it}</button>`)}</span>${this.copy('entries')}</h2>
        <pf-heat .picture=${shown} .level=${level} .va=${view.va} .zoom=${view.zoom} .hover=${this.hover}></pf-heat></section>
      <section class="pane right" aria-label="walk" tabindex="0"><h2>Walk${this.copy('walk')}</h2>
        ${walkPane(view.va, shown?.a.walk ?? null, shown?.b?.walk ?? null, here?.name ?? '', html`<h3>Why these words <b class="a">A</b>${this.copy('why')}</h3>
          ${whyPane(this.why, this.asking !== '', position => this.go({ at: position >= this.last ? null : position }))}`)}</section>
      <section class="pane log" aria-label="history"><h2>Event log <span class="dim">bars: how many pages · drag the playhead · <i class="k-rw"></i>mapped <i class="k-bad"></i>unmapped <i class="k-rx"></i>changed <i class="k-device"></i>other · <span class="a">▲</span> wrote a word of the walk</span>${this.copy('history')}</h2>
        <pf-time .history=${this.history} .loaded=${this.loaded} .last=${this.last} .at=${at} .marks=${marks}></pf-time></section>
      <section class="pane events" aria-label="events"><h2>Events${this.copy('events')}</h2>
        <pf-events aria-label="event list" .rows=${this.history?.events ?? []} .length=${this.loaded} .chosen=${at - 1} .marks=${marks}></pf-events></section></main>`;
  }

  /** Asks for the writers of the words once the picture stands still: that reads the history, and a drag would ask for nothing else. */
  private wonder(): void {
    const { view } = this;
    const at = view.at ?? this.last;
    const key = [view.sim, view.space, view.va, view.a, at].join('|');
    if (key === this.wondered) return;
    this.wondered = key;
    this.why = null;
    this.wondering?.abort();
    clearTimeout(this.wonderAt);
    this.asking = view.va === '' || view.screen !== 'workbench' ? '' : key;
    if (this.asking === '') {
      if (view.screen !== 'workbench') this.wondered = '';
      return;
    }
    const { signal } = (this.wondering = new AbortController());
    this.wonderAt = setTimeout(() => {
      get<Why>(`${inSpace(view.sim, view.space)}/why${query({ va: view.va, at, ...lens(view.a) })}`, signal)
        .then(why => { if (this.asking === key) this.why = why; })
        .catch(() => {}) // An address that the layout does not have; the walk says so.
        .finally(() => { if (this.asking === key) this.asking = ''; });
    }, 200);
  }

  private figures(): TemplateResult | typeof nothing {
    const a = this.shown?.a.stats;
    const b = this.shown?.b?.stats;
    if (a === undefined) return nothing;
    const sum = (stats: Stats, of: (space: Stats['spaces'][number]) => number) => stats.spaces.reduce((all, it) => all + of(it), 0);
    const leaves = (stats: Stats) => sum(stats, it => it.leaves.reduce((all, leaf) => all + leaf.count, 0));
    const row = (label: string, of: (stats: Stats) => number, text: (value: number) => string) => html`<tr><td>${label}</td>
      <td>${text(of(a))}</td>${b === undefined ? nothing : html`<td>${text(of(b))}</td><td class="dim">${change(of(a), of(b))}</td>`}</tr>`;
    const sizes = a.spaces[0]?.leaves.at(-1)?.size;
    return html`<h2 class="ruled">Whole simulation${this.copy('stats')}</h2><table class="figures"><thead><tr><th></th><th class="a">A ${sizes === undefined ? '' : size(sizes)}</th>
      ${b === undefined ? nothing : html`<th class="b">B ${b.binding.profile}</th><th>Δ</th>`}</tr></thead><tbody>
      ${row('tables', it => it.tables, count)}${row('table bytes', it => it.tableBytes, bytes)}${row('leaf entries', leaves, count)}
      ${row('contiguous', it => sum(it, space => space.contiguousEntries), count)}${row('mapped', it => sum(it, space => space.mappedBytes), bytes)}
      ${row('over-mapped', it => it.overMappedBytes, bytes)}${row('W+X', it => it.writableExecutableBytes, bytes)}
      ${b === undefined ? nothing : html`<tr><td>wider than A</td><td></td><td>${bytes(this.shown!.differenceBytes.wider ?? 0)}</td><td></td></tr>`}</tbody></table>
      <p class="dim hash" title=${a.imageHash}>image ${a.imageHash.slice(0, 20)}…</p>`;
  }

  private dialogs(): TemplateResult {
    const keys = [['/', 'go to an address'], [':', 'commands by name'], ['[ and ]', 'previous and next event'], ['e', 'to the end, live'], ['x', 'exchange A and B'],
      ['1 2 3 4', 'workbench, page sizes, plugins, cluster'], ['arrows', 'move in the pane that has the focus; left and right fold the tree'],
      ['+ − 0', 'zoom the entries, and show all (or the wheel; drag a frame to zoom into it)'], ['w a s d', 'pan the entries']];
    return html`<dialog id="keys" aria-label="keys"><h2>Keys</h2><table>${keys.map(([key, text]) => html`<tr><td><kbd>${key}</kbd></td><td>${text}</td></tr>`)}</table>
        <p>The address bar has the whole view: a link shows the same picture. All of it is also at <a href="/docs">the API</a>.</p>
        <form method="dialog"><button>Close</button></form></dialog>
      <dialog id="login" aria-label="sign in"><h2>Sign in</h2><p>This server asks for a token; ./pagefold token create makes one.</p>
        ${this.trouble === '' ? nothing : html`<p class="bad">${this.trouble}</p>`}
        <form method="dialog" @submit=${() => { setToken(this.querySelector<HTMLInputElement>('#token')!.value); void this.open(); }}>
          <input id="token" type="password" aria-label="token" autocomplete="off" required> <button>Sign in</button></form></dialog>`;
  }
}
customElements.define('pf-app', App);
