import type { PropertyValues } from 'lit';
import type { Table } from './api';
import { CanvasPane } from './canvas';
import { hatch, isHatched, KINDS, pixel, type Kind } from './colours';
import { entrySpan, isSet, spanAt, type Picture } from './model';
import { count, hex, short } from './format';

const COLUMNS = 512;
const MARGIN = 92;
const HATCHED_RUNS = 4000;

interface Spot { row: number; column: number }
interface View { cell: number; left: number; top: number; high: number }

const HATCHED = KINDS.map(kind => kind !== '' && isHatched(kind));
const PIXELS = [0.76, 0.86, 1].map(shade => KINDS.map(kind => (kind === '' ? 0 : pixel(kind, shade))));

/** One cell an entry of a level: written as pixels once a picture, and scaled by the browser. */
export class HeatMap extends CanvasPane {
  static properties = { ...CanvasPane.properties, picture: { attribute: false }, level: { type: Number }, va: {}, zoom: {}, hover: {} };
  declare picture: Picture | null;
  declare level: number;
  declare va: string;
  declare zoom: string;
  declare hover: string;
  protected label = 'Heat map of table entries. Arrow keys move by entry, page keys by eight rows, plus and minus zoom, w a s d pan, 0 shows all.';
  /** Made again when the number of rows is another: a canvas costs more than its pixels. */
  private image: { canvas: HTMLCanvasElement; data: ImageData; pixels: Uint32Array } | null = null;
  private rows: { table: Table; first: number; kinds: Uint8Array }[] = [];
  private hatched: { row: number; from: number; to: number; kind: Kind }[] = [];
  private brush: { from: Spot; to: Spot; x: number; y: number; moved: boolean } | null = null;

  protected willUpdate(changed: PropertyValues): void {
    if (changed.has('picture') || changed.has('level')) this.build();
    if (changed.has('picture') || changed.has('va') || changed.has('level')) this.describe();
  }

  private build(): void {
    this.rows = [];
    const entries = this.picture?.a.entries ?? new Map<Table, Uint8Array>();
    for (const [table, kinds] of entries) {
      if (table.level !== this.level) continue;
      for (let first = 0; first < kinds.length; first += COLUMNS) this.rows.push({ table, first, kinds });
    }
    this.hatched = [];
    if (this.rows.length === 0 || this.picture === null) {
      this.image = null;
      return;
    }
    if (this.image === null || this.image.canvas.height !== this.rows.length) {
      const canvas = document.createElement('canvas');
      canvas.width = COLUMNS;
      canvas.height = this.rows.length;
      const data = new ImageData(COLUMNS, this.rows.length);
      this.image = { canvas, data, pixels: new Uint32Array(data.data.buffer) };
    }
    const { canvas, data, pixels } = this.image;
    this.fill(pixels);
    canvas.getContext('2d')!.putImageData(data, 0, 0);
  }

  private fill(pixels: Uint32Array): void {
    const range = this.picture!.event?.range;
    const touched = range === undefined ? null : [BigInt(range.start), BigInt(range.start) + BigInt(range.size)];
    this.rows.forEach(({ table, first, kinds }, row) => {
      const palette = PIXELS[row & 1];
      const wide = Math.min(COLUMNS, kinds.length - first);
      const at = row * COLUMNS;
      if (wide < COLUMNS) pixels.fill(0, at + wide, at + COLUMNS);
      for (let column = 0; column < wide; column++) {
        const code = kinds[first + column];
        pixels[at + column] = palette[code];
        if (!HATCHED[code] || this.hatched.length === HATCHED_RUNS) continue;
        const kind = KINDS[code] as Kind;
        const before = this.hatched.at(-1);
        if (before !== undefined && before.row === row && before.kind === kind && before.to === column - 1) before.to = column;
        else this.hatched.push({ row, from: column, to: column, kind });
      }
      if (touched === null) return;
      const span = entrySpan(table);
      const start = BigInt(table.start) + BigInt(first) * span;
      if (touched[1] <= start || touched[0] >= start + span * BigInt(wide)) return;
      const from = touched[0] <= start ? 0 : Number((touched[0] - start) / span);
      const to = Math.min(wide, Number((touched[1] - start + span - 1n) / span));
      for (let column = from; column < to; column++) pixels[at + column] = PIXELS[2][kinds[first + column]];
    });
  }

  /** Scale, left column and top row; without a zoom everything is seen. */
  private window(): View {
    const parts = this.zoom.split(',').map(Number);
    const scale = parts.length === 3 && parts.every(Number.isFinite) ? Math.min(64, Math.max(1, parts[0])) : 1;
    const cell = ((this.width - MARGIN) / COLUMNS) * scale;
    return { cell, left: scale > 1 ? parts[1] : 0, top: scale > 1 ? parts[2] : 0, high: this.rowHeight() * scale };
  }

  /** Height of a row when all of them are seen, up to what is still readable as a row. */
  private rowHeight(): number {
    return Math.min(40, Math.max(1, (this.height - 4) / Math.max(1, this.rows.length)));
  }

  protected draw(pen: CanvasRenderingContext2D): void {
    pen.fillStyle = this.colour('--well');
    pen.fillRect(MARGIN, 0, this.width - MARGIN, this.height);
    if (this.image === null) return;
    const view = this.window();
    const { cell, left, top, high } = view;
    pen.imageSmoothingEnabled = false;
    pen.save();
    pen.beginPath();
    pen.rect(MARGIN, 0, this.width - MARGIN, this.height);
    pen.clip();
    // Only what is seen is scaled: a million cells are a picture of which a window is shown.
    const seen = Math.min(this.rows.length - top, Math.ceil(this.height / high) + 1);
    const across = Math.min(COLUMNS - left, Math.ceil((this.width - MARGIN) / cell) + 1);
    if (seen > 0) pen.drawImage(this.image.canvas, left, top, across, seen, MARGIN, 0, across * cell, seen * high);
    if (high >= 5) {
      for (const { row, from, to, kind } of this.hatched) {
        const y = (row - top) * high;
        if (y < -high || y > this.height) continue;
        pen.fillStyle = hatch(pen, kind);
        pen.fillRect(MARGIN + (from - left) * cell, y, (to - from + 1) * cell, high);
      }
    }
    this.mark(pen, view, this.find(this.hover), 1);
    this.mark(pen, view, this.find(this.va), 2);
    this.frame(pen, view);
    pen.restore();
    this.labels(pen, view);
  }

  private mark(pen: CanvasRenderingContext2D, { cell, left, top, high }: View, spot: Spot | null, width: number): void {
    if (spot === null) return;
    pen.strokeStyle = this.colour('--cursor');
    pen.lineWidth = width;
    pen.strokeRect(MARGIN + (spot.column - left) * cell - 1, (spot.row - top) * high - 1, Math.max(cell, 3) + 2, Math.max(high, 3) + 2);
  }

  private frame(pen: CanvasRenderingContext2D, { cell, left, top, high }: View): void {
    const area = this.area();
    if (area === null) return;
    const x = MARGIN + (area.left - left) * cell;
    const y = (area.top - top) * high;
    pen.fillStyle = 'rgba(255,255,255,0.18)';
    pen.fillRect(x, y, area.wide * cell, area.tall * high);
    pen.strokeStyle = this.colour('--cursor');
    pen.lineWidth = 1;
    pen.strokeRect(x, y, area.wide * cell, area.tall * high);
  }

  private labels(pen: CanvasRenderingContext2D, { top, high }: View): void {
    pen.fillStyle = this.colour('--dim');
    pen.textAlign = 'right';
    const every = Math.max(1, Math.ceil(12 / high));
    for (let row = Math.ceil(top / every) * every; row < this.rows.length; row += every) {
      const y = (row - top) * high;
      if (y > this.height - 8) break;
      const { table, first } = this.rows[row];
      pen.fillText(short(BigInt(table.start) + BigInt(first) * entrySpan(table)), MARGIN - 6, y + Math.min(high, 10) / 2 + 5);
    }
  }

  private find(va: string): Spot | null {
    if (va === '') return null;
    const at = BigInt(va);
    let low = 0;
    let high = this.rows.length - 1;
    while (low <= high) {
      const row = (low + high) >> 1;
      const { table, first, kinds } = this.rows[row];
      const span = entrySpan(table);
      const start = BigInt(table.start) + BigInt(first) * span;
      const wide = BigInt(Math.min(COLUMNS, kinds.length - first));
      if (at < start) high = row - 1;
      else if (at >= start + span * wide) low = row + 1;
      else return { row, column: Number((at - start) / span) };
    }
    return null;
  }

  private describe(): void {
    const spot = this.find(this.va);
    if (spot === null) {
      this.readout = this.rows.length === 0 ? 'No tables at this level.' : 'Click a cell, drag a frame to zoom, or move with the arrow keys.';
      return;
    }
    const { table, first } = this.rows[spot.row];
    const index = first + spot.column;
    const name = spanAt(this.picture!.regions, BigInt(this.va))?.name ?? 'nothing asked for';
    this.readout = `${table.generic} ${table.address} [${index}] = ${hex(table.words[index])} · ${name}`;
  }

  private address(row: number, column: number): string {
    const { table, first } = this.rows[Math.max(0, Math.min(this.rows.length - 1, row))];
    const index = Math.min(table.words.length - 1, first + Math.max(0, Math.min(COLUMNS - 1, column)));
    return hex(BigInt(table.start) + BigInt(index) * entrySpan(table));
  }

  private spot(x: number, y: number): Spot | null {
    const { cell, left, top, high } = this.window();
    const row = Math.floor(y / high + top);
    const column = Math.floor((x - MARGIN) / cell + left);
    return row < 0 || row >= this.rows.length || x < MARGIN || column >= COLUMNS ? null : { row, column };
  }

  protected pressed(x: number, y: number): void {
    const from = this.spot(x, y);
    this.brush = from === null ? null : { from, to: from, x, y, moved: false };
  }

  protected dragged(x: number, y: number): void {
    const to = this.spot(Math.max(MARGIN, Math.min(this.width - 1, x)), Math.max(0, y));
    if (this.brush === null || to === null) return;
    this.brush.to = to;
    this.brush.moved ||= Math.abs(x - this.brush.x) + Math.abs(y - this.brush.y) > 4;
    const area = this.area();
    if (area !== null) this.readout = this.sum(area);
    this.paint();
  }

  protected released(): void {
    const { brush } = this;
    const area = this.area();
    this.brush = null;
    if (area === null) {
      if (brush !== null) this.tell('pf-va', this.address(brush.from.row, brush.from.column));
      return;
    }
    const scale = Math.max(1, Math.min(64, COLUMNS / area.wide, this.height / (area.tall * this.rowHeight())));
    this.zoomTo(Math.round(scale * 10) / 10, area.left, area.top);
  }

  private area(): { left: number; top: number; wide: number; tall: number } | null {
    if (this.brush === null || !this.brush.moved) return null;
    const { from, to } = this.brush;
    return { left: Math.min(from.column, to.column), top: Math.min(from.row, to.row),
      wide: Math.abs(from.column - to.column) + 1, tall: Math.abs(from.row - to.row) + 1 };
  }

  private sum({ left, top, wide, tall }: { left: number; top: number; wide: number; tall: number }): string {
    let used = 0;
    for (const { table, first } of this.rows.slice(top, top + tall)) {
      for (let column = left; column < left + wide && first + column < table.words.length; column++) if (isSet(table, first + column)) used++;
    }
    return `${count(used)} of ${count(wide * tall)} entries in use · ${this.address(top, left)} to ${this.address(top + tall - 1, left + wide - 1)}`;
  }

  protected hovered(x: number, y: number): void {
    const spot = this.spot(x, y);
    const va = spot === null ? '' : this.address(spot.row, spot.column);
    if (va !== this.hover) this.tell('pf-hover', va);
  }

  protected key(event: KeyboardEvent): boolean {
    if (this.rows.length === 0) return false;
    const spot = this.find(this.va) ?? { row: 0, column: 0 };
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], PageUp: [-8, 0], PageDown: [8, 0],
    };
    const move = moves[event.key];
    if (move !== undefined) {
      this.tell('pf-va', this.address(spot.row + move[0], spot.column + move[1]));
      return true;
    }
    return this.navigate(event.key);
  }

  /** Zooms and pans by a key; the page asks, too, when another pane has the focus. */
  navigate(key: string): boolean {
    const { left, top } = this.window();
    const now = this.zoom === '' ? 1 : Number(this.zoom.split(',')[0]);
    const [across, down] = [Math.ceil(COLUMNS / now / 4), Math.ceil(this.height / (this.rowHeight() * now) / 4)];
    const pans: Record<string, [number, number]> = { a: [-across, 0], d: [across, 0], w: [0, -down], s: [0, down] };
    if (key in pans) {
      this.zoomTo(now, left + pans[key][0], top + pans[key][1]);
    } else if (key === '+' || key === '-') {
      const spot = this.find(this.va) ?? { row: top, column: left + COLUMNS / now / 2 };
      this.scale(key === '+' ? 2 : 0.5, spot.column, spot.row);
    } else if (key === '0') {
      this.tell('pf-zoom', '');
    } else {
      return false;
    }
    return true;
  }

  protected wheel(event: WheelEvent): void {
    event.preventDefault();
    const { cell, left, top, high } = this.window();
    this.scale(event.deltaY < 0 ? 1.5 : 1 / 1.5, (event.offsetX - MARGIN) / cell + left, event.offsetY / high + top);
  }

  private scale(factor: number, column: number, row: number): void {
    const now = this.zoom === '' ? 1 : Number(this.zoom.split(',')[0]);
    const next = Math.min(64, Math.round(now * factor * 10) / 10);
    this.zoomTo(next, column - COLUMNS / next / 2, row - this.height / (this.rowHeight() * next) / 2);
  }

  private zoomTo(scale: number, left: number, top: number): void {
    const x = Math.round(Math.max(0, Math.min(COLUMNS - COLUMNS / scale, left)));
    const y = Math.round(Math.max(0, Math.min(this.rows.length - this.height / (this.rowHeight() * scale), top)));
    this.tell('pf-zoom', scale <= 1 ? '' : `${scale},${x},${y}`);
  }
}
customElements.define('pf-heat', HeatMap);
