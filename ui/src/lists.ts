import { LitElement, html, type TemplateResult } from 'lit';
import type { Event, Table } from './api';
import { count, short, size } from './format';
import { hex } from './format';

const ROW = 20;

/** A list of rows of one height, of which those that are seen exist. */
abstract class LongList<T> extends LitElement {
  static properties = { rows: { attribute: false }, chosen: { type: Number }, from: { state: true } };
  declare rows: T[];
  declare chosen: number;
  declare from: number;
  private sized?: ResizeObserver;

  constructor() {
    super();
    this.rows = [];
    this.chosen = -1;
    this.from = 0;
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

  protected updated(changed: Map<string, unknown>): void {
    const before = changed.get('rows') as T[] | undefined;
    const arrived = before !== undefined && before.length <= this.chosen && this.rows.length > this.chosen;
    if ((!changed.has('chosen') && !arrived) || this.chosen < 0) return;
    const top = this.chosen * ROW;
    if (top < this.scrollTop + ROW || top > this.scrollTop + this.clientHeight - 2 * ROW) {
      this.scrollTop = top - this.clientHeight / 2;
    }
  }
}

/** The tables of a space as a tree: depth, name, address, and how much of each is used. */
export class TableTree extends LongList<Table> {
  protected row(table: Table, index: number): TemplateResult {
    const depth = table.level - (this.rows[0]?.level ?? 0);
    const part = table.used / table.words.length;
    const select = () => this.dispatchEvent(new CustomEvent('pf-table', { detail: table, bubbles: true }));
    return html`<button class="treerow ${index === this.chosen ? 'chosen' : ''}" @click=${select}
        title="${table.start} – ${table.last}">
      <span class="dim">${'│ '.repeat(depth)}▾</span><span class="lvl">L${table.level}</span>
      <span class="dim">${table.generic}</span> <span>${short(table.address)}</span>
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="well" width="100" height="10" />
        <rect class="fill" width=${Math.max(part * 100, table.used > 0 ? 1 : 0)} height="10" /></svg>
      <span class="n">${table.used}/${table.words.length}</span></button>`;
  }
}
customElements.define('pf-tree', TableTree);

const verb = (type: string): string => type.replace('range-', '').replace('space-', 'space ').replace('plugin-selected', 'plugin');

/** What an event is about, in a line. */
export function summary(event: Event): string {
  if (event.type === 'plugin-selected') return `${String(event.plugin)} ${String(event.profile)}`;
  if (event.text !== undefined) return event.text;
  const range = event.range ?? (event.from as Event['range']);
  return range === undefined ? '' : `${range.start} +${size(range.size)}`;
}

/** The events of a history. */
export class EventList extends LongList<Event> {
  protected row(event: Event, index: number): TemplateResult {
    const go = () => {
      this.dispatchEvent(new CustomEvent('pf-at', { detail: event.position, bubbles: true }));
      if (event.range !== undefined) this.dispatchEvent(new CustomEvent('pf-va', { detail: hex(BigInt(event.range.start)), bubbles: true }));
    };
    return html`<button class="eventrow ${index === this.chosen ? 'chosen' : index > this.chosen ? 'later' : ''}" @click=${go}>
      <span class="n">#${count(event.position)}</span><span class="verb ${event.type}">${verb(event.type)}</span>
      <span>${event.space ?? ''}</span><span>${summary(event)}</span>
      <span class="perm">${event.attributes?.permissions ?? ''}</span></button>`;
  }
}
customElements.define('pf-events', EventList);
