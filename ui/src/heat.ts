import type { PropertyValues } from 'lit';
import type { Table } from './api';
import { CanvasPane } from './canvas';
import { pixel } from './colours';
import { entrySpan, spanAt, tableStarts, type Picture } from './model';
import { hex, short } from './format';

const COLUMNS = 512;
const MARGIN = 92;

/** One cell an entry of a level: written as pixels once a picture, and scaled by the browser. */
export class HeatMap extends CanvasPane {
  static properties = { ...CanvasPane.properties, picture: { attribute: false }, level: { type: Number }, va: {}, zoom: {} };
  declare picture: Picture | null;
  declare level: number;
  declare va: string;
  declare zoom: string;
  protected label = 'Heat map of table entries. Arrow keys move by entry, page keys by table, plus and minus zoom.';
  private image: HTMLCanvasElement | null = null;
  private rows: { table: Table; first: number }[] = [];

  protected willUpdate(changed: PropertyValues): void {
    if (changed.has('picture') || changed.has('level')) this.build();
    if (changed.has('picture') || changed.has('va')) this.describe();
  }

  private build(): void {
    this.rows = [];
    const tables = (this.picture?.a.tables ?? []).filter(table => table.level === this.level);
    for (const table of tables) {
      for (let first = 0; first < table.words.length; first += COLUMNS) this.rows.push({ table, first });
    }
    this.image = null;
    if (this.rows.length === 0 || this.picture === null) return;
    const image = document.createElement('canvas');
    image.width = COLUMNS;
    image.height = this.rows.length;
    const data = new ImageData(COLUMNS, this.rows.length);
    this.fill(new Uint32Array(data.data.buffer));
    image.getContext('2d')!.putImageData(data, 0, 0);
    this.image = image;
  }

  private fill(pixels: Uint32Array): void {
    const { regions, a, event } = this.picture!;
    const below = tableStarts(a.tables).get(this.level + 1);
    const touched: [bigint, bigint] | null = event?.range === undefined ? null
      : [BigInt(event.range.start), BigInt(event.range.start) + BigInt(event.range.size)];
    this.rows.forEach(({ table, first }, row) => {
      const span = entrySpan(table);
      let at = BigInt(table.start) + BigInt(first) * span;
      for (let column = 0; column < COLUMNS && first + column < table.words.length; column++, at += span) {
        if (table.words[first + column] === 0n) continue;
        const inner = below?.has(hex(at));
        const kind = inner ? 'table' : (spanAt(regions, at, at + span - 1n)?.kind ?? 'over');
        const changed = touched !== null && at + span > touched[0] && at < touched[1];
        pixels[row * COLUMNS + column] = pixel(kind, changed ? 1 : (row & 1) === 0 ? 0.86 : 0.76);
      }
    });
  }

  /** Scale, left column and top row; without a zoom everything is seen. */
  private window(): { cell: number; left: number; top: number; high: number } {
    const parts = this.zoom.split(',').map(Number);
    const scale = parts.length === 3 && parts.every(Number.isFinite) ? Math.min(64, Math.max(1, parts[0])) : 1;
    const cell = ((this.width - MARGIN) / COLUMNS) * scale;
    const high = Math.min(26 * scale, Math.max(2, ((this.height - 4) / Math.max(1, this.rows.length)) * scale));
    return { cell, left: scale > 1 ? parts[1] : 0, top: scale > 1 ? parts[2] : 0, high };
  }

  protected draw(pen: CanvasRenderingContext2D): void {
    pen.fillStyle = this.colour('--well');
    pen.fillRect(MARGIN, 0, this.width - MARGIN, this.height);
    if (this.image === null) return;
    const { cell, left, top, high } = this.window();
    pen.imageSmoothingEnabled = false;
    pen.save();
    pen.beginPath();
    pen.rect(MARGIN, 0, this.width - MARGIN, this.height);
    pen.clip();
    pen.drawImage(this.image, MARGIN - left * cell, -top * high, COLUMNS * cell, this.rows.length * high);
    const spot = this.find(this.va);
    if (spot !== null) {
      pen.strokeStyle = this.colour('--cursor');
      pen.lineWidth = 2;
      pen.strokeRect(MARGIN + (spot.column - left) * cell - 1, (spot.row - top) * high - 1, Math.max(cell, 3) + 2, high + 2);
    }
    pen.restore();
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

  private find(va: string): { row: number; column: number } | null {
    if (va === '') return null;
    const at = BigInt(va);
    for (let row = 0; row < this.rows.length; row++) {
      const { table, first } = this.rows[row];
      if (at < BigInt(table.start) || at > BigInt(table.last)) continue;
      const index = Number((at - BigInt(table.start)) / entrySpan(table));
      if (index >= first && index < first + COLUMNS) return { row, column: index - first };
    }
    return null;
  }

  private describe(): void {
    const spot = this.find(this.va);
    if (spot === null) {
      this.readout = this.rows.length === 0 ? 'No tables at this level.' : 'Click a cell, or move with the arrow keys.';
      return;
    }
    const { table, first } = this.rows[spot.row];
    const index = first + spot.column;
    const name = spanAt(this.picture!.regions, BigInt(this.va))?.name ?? 'nothing asked for';
    this.readout = `${table.generic} ${table.address} [${index}] = ${hex(table.words[index])} · ${name}`;
  }

  private go(row: number, column: number): void {
    const { table, first } = this.rows[Math.max(0, Math.min(this.rows.length - 1, row))];
    const index = Math.min(table.words.length - 1, first + Math.max(0, Math.min(COLUMNS - 1, column)));
    this.tell('pf-va', hex(BigInt(table.start) + BigInt(index) * entrySpan(table)));
  }

  protected pointer(x: number, y: number): void {
    const { cell, left, top, high } = this.window();
    const row = Math.floor(y / high + top);
    if (row < this.rows.length && x >= MARGIN) this.go(row, Math.floor((x - MARGIN) / cell + left));
  }

  protected key(event: KeyboardEvent): boolean {
    if (this.rows.length === 0) return false;
    const spot = this.find(this.va) ?? { row: 0, column: 0 };
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], PageUp: [-8, 0], PageDown: [8, 0],
    };
    const move = moves[event.key];
    if (move !== undefined) {
      this.go(spot.row + move[0], spot.column + move[1]);
      return true;
    }
    if (event.key === '+' || event.key === '-') {
      this.scale(event.key === '+' ? 2 : 0.5, spot.column, spot.row);
      return true;
    }
    return false;
  }

  protected wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.shiftKey) return;
    event.preventDefault();
    const { cell, left, top, high } = this.window();
    this.scale(event.deltaY < 0 ? 2 : 0.5, (event.offsetX - MARGIN) / cell + left, event.offsetY / high + top);
  }

  private scale(factor: number, column: number, row: number): void {
    const now = this.zoom === '' ? 1 : Number(this.zoom.split(',')[0]);
    const next = Math.min(64, now * factor);
    const wide = COLUMNS / next;
    const left = Math.round(Math.max(0, Math.min(COLUMNS - wide, column - wide / 2)));
    const tall = this.rows.length / next;
    this.tell('pf-zoom', next <= 1 ? '' : `${next},${left},${Math.round(Math.max(0, row - tall / 2))}`);
  }
}
customElements.define('pf-heat', HeatMap);
