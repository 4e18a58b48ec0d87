import { LitElement, html, nothing, svg, type PropertyValues, type TemplateResult } from 'lit';
import type { Event, Table } from './api';
import { KINDS } from './colours';
import { count, hex, short, size } from './format';
import { foldedBelow, type Picture } from './model';

const ROW = 20;

/** A list of rows of one height, of which those that are seen exist. */
abstract class LongList<T> extends LitElement {
  static properties = { rows: { attribute: false }, chosen: { type: Number }, length: { type: Number }, from: { state: true } };
  declare rows: T[];
  declare chosen: number;
  /** How many of the rows are there: a list that grows is the same list. */
  declare length: number;
  declare from: number;
  private sized?: ResizeObserver;

  constructor() {
    super();
    this.rows = [];
    this.chosen = -1;
    this.length = this.from = 0;
  }

  protected createRenderRoot(): HTMLElement {
    return this;
  }

  protected abstract row(item: T, index: number): TemplateResult;

  protected render() {
    const seen = Math.ceil((this.clientHeight || 400) / ROW) + 8;
    const first = Math.max(0, Math.min(this.from - 4, this.rows.length - seen));
    return html`<div .style=${`height:${this.rows.length * ROW}px;position:relative`}>
      <div .style=${`position:absolute;left:0;right:0;top:${first * ROW}px`}>
        ${this.rows.slice(first, first + seen).map((item, index) => this.row(item, first + index))}</div></div>`;
  }

  protected firstUpdated(): void {
    this.addEventListener('scroll', () => (this.from = Math.floor(this.scrollTop / ROW)), { passive: true });
    this.sized = new ResizeObserver(() => this.requestUpdate());
    this.sized.observe(this);
    this.tabIndex = 0;
    this.setAttribute('role', 'region');
  }

  disconnectedCallback(): void {
    super.disconnectedCallback();
    this.sized?.disconnect();
  }

  /** Brings the chosen row into sight when another one is chosen, or when it has come at last. */
  protected updated(changed: PropertyValues): void {
    const before = changed.get('length') as number | undefined;
    const arrived = before !== undefined && before <= this.chosen && this.rows.length > this.chosen;
    if ((!changed.has('chosen') && !arrived) || this.chosen < 0) return;
    const top = this.chosen * ROW;
    if (top < this.scrollTop + ROW || top > this.scrollTop + this.clientHeight - 2 * ROW) {
      this.scrollTop = top - this.clientHeight / 2;
    }
  }
}

const PARTS = 48;

/** Where the entries of a table are in use, and for what, in neighbouring parts of one colour. */
function occupancy(kinds: Uint8Array): TemplateResult {
  const wide = kinds.length / Math.min(PARTS, kinds.length);
  const bars: { from: number; to: number; kind: number }[] = [];
  for (let part = 0; part * wide < kinds.length; part++) {
    const slice = kinds.subarray(Math.floor(part * wide), Math.max(Math.floor((part + 1) * wide), Math.floor(part * wide) + 1));
    const kind = slice.find(it => it !== 0) ?? 0;
    if (kind === 0) continue;
    const before = bars.at(-1);
    if (before !== undefined && before.kind === kind && before.to === part) before.to = part + 1;
    else bars.push({ from: part, to: part + 1, kind });
  }
  return html`<svg viewBox="0 0 ${PARTS} 10" preserveAspectRatio="none" aria-hidden="true"><rect class="well" width=${PARTS} height="10" />
    ${bars.map(({ from, to, kind }) => svg`<rect class="f-${KINDS[kind]}" x=${from} width=${to - from} height="10" />`)}</svg>`;
}

/** The tables of a space as a tree: depth, name, address, and how much of each is used. Rows with tables below fold. */
export class TableTree extends LongList<Table> {
  static properties = { ...LongList.properties, picture: { attribute: false }, va: {} };
  declare picture: Picture | null;
  declare va: string;
  private closed = new Set<string>();
  private folded = new Map<string, string[]>();
  private parents = new Set<Table>();

  constructor() {
    super();
    this.picture = null;
    this.va = '';
    this.addEventListener('keydown', event => this.key(event));
  }

  private static id = (table: Table): string => `${table.level} ${table.start}`;

  protected willUpdate(changed: PropertyValues): void {
    if (changed.has('picture')) {
      const all = this.picture?.a.tables ?? [];
      this.folded = foldedBelow(all);
      this.parents = new Set(all.filter((table, index) => index + 1 < all.length && all[index + 1].level > table.level));
      this.unfold();
    }
    this.chosen = this.place();
  }

  /** The deepest table in sight that has the address. */
  private place(): number {
    if (this.va === '') return -1;
    const at = BigInt(this.va);
    return this.rows.findLastIndex(it => BigInt(it.start) <= at && at <= BigInt(it.last));
  }

  private unfold(): void {
    this.rows = [];
    let below = Infinity;
    for (const table of this.picture?.a.tables ?? []) {
      if (table.level > below) continue;
      below = this.closed.has(TableTree.id(table)) ? table.level : Infinity;
      this.rows.push(table);
    }
    this.length = this.rows.length;
  }

  private fold(table: Table, closed: boolean): void {
    if (closed) this.closed.add(TableTree.id(table));
    else this.closed.delete(TableTree.id(table));
    this.unfold();
    this.requestUpdate();
  }

  private select(table: Table): void {
    this.dispatchEvent(new CustomEvent('pf-table', { detail: table, bubbles: true }));
  }

  private key(event: KeyboardEvent): void {
    const table = this.rows[Math.max(0, this.chosen)];
    if (table === undefined || event.ctrlKey || event.metaKey) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) this.select(this.rows[Math.max(0, Math.min(this.rows.length - 1, this.chosen + step))]);
    else if (event.key === 'ArrowLeft') this.fold(table, true);
    else if (event.key === 'ArrowRight') this.fold(table, false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  protected row(table: Table, index: number): TemplateResult {
    const depth = table.level - (this.rows[0]?.level ?? 0);
    const closed = this.closed.has(TableTree.id(table));
    const folds = this.folded.get(table.generic);
    const hasTables = this.parents.has(table);
    return html`<div class="treerow ${index === this.chosen ? 'chosen' : ''}"><span class="dim">${'│ '.repeat(depth)}</span>${hasTables
        ? html`<button class="fold" aria-expanded=${!closed} aria-label="tables below L${table.level} ${short(table.address)}" @click=${() => this.fold(table, !closed)}>${closed ? '▸' : '▾'}</button>`
        : html`<span class="fold dim">·</span>`}<button class="entry" @click=${() => this.select(table)} title="${table.start} – ${table.last}">
      <span class="lvl">L${table.level}</span> <span class="dim">${table.generic}${folds === undefined ? nothing
        : html`<span class="folds" title="${folds.join(' and ')}: folded into ${table.generic}">⊟${folds.join('⊟')}</span>`}</span> <span>${short(table.address)}</span>
      ${occupancy(this.picture?.a.entries.get(table) ?? new Uint8Array(1))}
      <span class="n">${table.used}/${table.words.length}</span></button></div>`;
  }
}
customElements.define('pf-tree', TableTree);

export const verb = (type: string): string => type.replace('range-', '').replace('space-', '').replace('plugin-selected', 'plugin').replaceAll('-', ' ');

/** What an event is about, in a line. */
export function summary(event: Event): string {
  if (event.type === 'plugin-selected') return `${String(event.plugin)} ${String(event.profile)}`;
  if (event.text !== undefined) return event.text;
  const range = event.range ?? (event.from as Event['range']);
  if (event.child !== undefined) return `→ ${String(event.child)}`;
  return range === undefined ? '' : `0x${short(range.start)} +${size(range.size)}`;
}

/** The events of a history. */
export class EventList extends LongList<Event> {
  static properties = { ...LongList.properties, marks: { attribute: false } };
  /** Positions to be pointed out: the events that wrote what is walked. */
  declare marks: number[];

  protected row(event: Event, index: number): TemplateResult {
    const go = () => {
      this.dispatchEvent(new CustomEvent('pf-at', { detail: event.position, bubbles: true }));
      if (event.range !== undefined) this.dispatchEvent(new CustomEvent('pf-va', { detail: hex(BigInt(event.range.start)), bubbles: true }));
    };
    const wrote = (this.marks ?? []).includes(event.position);
    return html`<button class="eventrow ${wrote ? 'wrote ' : ''}${index === this.chosen ? 'chosen' : index > this.chosen ? 'later' : ''}" @click=${go}>
      <span class="n" title=${wrote ? 'wrote a word of the walk' : event.time}>${wrote ? '▸' : ''}#${count(event.position)}</span><span class="verb ${event.type}">${verb(event.type)}</span>
      <span class="dim">${event.space ?? ''}</span><span class="what" title=${summary(event)}>${summary(event)}</span>
      <span class="perm">${(event.attributes?.permissions ?? String(event.permissions ?? '')).split('/').at(-1)}</span></button>`;
  }
}
customElements.define('pf-events', EventList);
