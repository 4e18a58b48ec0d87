import type { PropertyValues } from 'lit';
import { CanvasPane } from './canvas';
import { css, hatch, isHatched } from './colours';
import { leafRuns, spanAt, type Picture, type Span } from './model';
import { hex, short } from './format';

interface Cluster { start: bigint; last: bigint; x: number; width: number }

const LEFT = 64;
const GAP = 6;
const NEAR = 1n << 24n;

/** The address space with its gaps left out: what was asked for, the leaves of A and B, and where those differ. */
export class AddressMap extends CanvasPane {
  static properties = { ...CanvasPane.properties, picture: { attribute: false }, va: {}, hover: {} };
  declare picture: Picture | null;
  declare va: string;
  declare hover: string;
  private base: HTMLCanvasElement | null = null;
  private placed = 0;
  protected label = 'Address-space map. Left and right arrow keys go from region to region.';
  private clusters: Cluster[] = [];
  private a: [bigint, bigint][] = [];
  private b: [bigint, bigint][] = [];

  protected willUpdate(changed: PropertyValues): void {
    if (changed.has('picture')) {
      this.a = this.picture === null ? [] : leafRuns(this.picture.a);
      this.b = !this.picture?.b ? [] : leafRuns(this.picture.b);
      this.cluster();
      this.base = null;
    }
    const span = this.va === '' || this.picture === null ? null : spanAt(this.picture.regions, BigInt(this.va));
    this.readout = span === null ? `${this.picture?.regions.length ?? 0} regions, ${this.clusters.length} areas`
      : `${hex(span.start)}–${hex(span.last)} ${span.kind.toUpperCase()} · ${span.name}`;
  }

  private cluster(): void {
    this.clusters = [];
    for (const { start, last } of this.picture?.regions ?? []) {
      const before = this.clusters.at(-1);
      if (before !== undefined && start - before.last <= NEAR) before.last = last;
      else this.clusters.push({ start, last, x: 0, width: 0 });
    }
  }

  private place(): void {
    const room = this.width - LEFT - GAP * this.clusters.length;
    const weights = this.clusters.map(({ start, last }) => Math.sqrt(Number(last - start + 1n)) + 250);
    const all = weights.reduce((sum, weight) => sum + weight, 0);
    let x = LEFT;
    this.clusters.forEach((cluster, index) => {
      cluster.x = x;
      cluster.width = (weights[index] / all) * room;
      x += cluster.width + GAP;
    });
  }

  private bar(pen: CanvasRenderingContext2D, start: bigint, last: bigint, y: number, height: number): void {
    for (const cluster of this.clusters) {
      if (last < cluster.start || start > cluster.last) continue;
      const whole = Number(cluster.last - cluster.start + 1n);
      const from = start > cluster.start ? Number(start - cluster.start) : 0;
      const to = last < cluster.last ? Number(last - cluster.start + 1n) : whole;
      pen.fillRect(cluster.x + (from / whole) * cluster.width, y, Math.max(1, ((to - from) / whole) * cluster.width), height);
    }
  }

  private leaves(pen: CanvasRenderingContext2D, runs: [bigint, bigint][], y: number, alpha: number): void {
    const regions = this.picture!.regions;
    for (const [start, last] of runs) {
      pen.fillStyle = css('over', alpha * 0.7);
      this.bar(pen, start, last, y, 22);
      let span: Span | null = spanAt(regions, start, last);
      for (let index = span === null ? regions.length : regions.indexOf(span); index < regions.length; index++) {
        span = regions[index];
        if (span.start > last) break;
        const [from, to] = [span.start > start ? span.start : start, span.last < last ? span.last : last];
        pen.fillStyle = css(span.kind, alpha);
        this.bar(pen, from, to, y, 22);
        if (!isHatched(span.kind)) continue;
        pen.fillStyle = hatch(pen, span.kind);
        this.bar(pen, from, to, y, 22);
      }
    }
  }

  protected draw(pen: CanvasRenderingContext2D): void {
    if (this.picture === null) return;
    if (this.base === null || this.placed !== this.width) {
      this.placed = this.width;
      this.place();
      this.base = this.layer(layer => this.lanes(layer));
    }
    pen.drawImage(this.base, 0, 0, this.width, this.height);
    this.cursor(pen, this.hover, 1);
    this.cursor(pen, this.va, 2);
  }

  protected restyled(): void {
    this.base = null;
    super.restyled();
  }

  private lanes(pen: CanvasRenderingContext2D): void {
    const picture = this.picture!;
    pen.fillStyle = this.colour('--well');
    for (const { x, width } of this.clusters) {
      for (const [y, height] of [[4, 24], [36, 22], [66, 22], [96, 10]]) pen.fillRect(x, y, width, height);
    }
    for (const span of picture.regions) {
      pen.fillStyle = css(span.kind);
      this.bar(pen, span.start, span.last, 4, 24);
    }
    this.leaves(pen, this.a, 36, 0.85);
    if (picture.b !== null) this.leaves(pen, this.b, 66, 0.6);
    for (const { range, kinds } of picture.differences) {
      if (kinds.every(kind => kind === 'coarser' || kind === 'finer')) continue;
      const start = BigInt(range.start);
      pen.fillStyle = this.colour('--bad');
      this.bar(pen, start, start + BigInt(range.size) - 1n, 96, 10);
      pen.fillStyle = hatch(pen, 'bad');
      this.bar(pen, start, start + BigInt(range.size) - 1n, 96, 10);
    }
    pen.fillStyle = this.colour('--dim');
    for (const [text, y] of [['asked for', 20], ['A leaves', 51], ['B leaves', 81], ['A vs B', 105]] as [string, number][]) {
      pen.fillText(text, 0, y);
    }
    let free = 0;
    for (const { start, x } of this.clusters) {
      if (x < free) continue;
      pen.fillText(short(start), x, 121);
      free = x + pen.measureText(short(start)).width + 10;
    }
    this.names(pen);
  }

  /** What was asked for by name, where there is room for it. */
  private names(pen: CanvasRenderingContext2D): void {
    pen.fillStyle = '#0b1118';
    for (const { start, last, name } of this.picture!.regions) {
      const cluster = this.clusters.find(it => start >= it.start && last <= it.last);
      if (cluster === undefined) continue;
      const whole = Number(cluster.last - cluster.start + 1n);
      const wide = (Number(last - start + 1n) / whole) * cluster.width - 8;
      const text = name.slice(name.lastIndexOf('/') + 1);
      const shown = text.slice(0, Math.max(0, Math.floor(wide / 6.7)));
      if (shown.length >= Math.min(4, text.length)) pen.fillText(shown, cluster.x + (Number(start - cluster.start) / whole) * cluster.width + 4, 20);
    }
  }

  private cursor(pen: CanvasRenderingContext2D, va: string, wide: number): void {
    if (va === '') return;
    const at = BigInt(va);
    for (const { start, last, x, width } of this.clusters) {
      if (at < start || at > last) continue;
      pen.fillStyle = this.colour('--cursor');
      pen.fillRect(x + (Number(at - start) / Number(last - start + 1n)) * width - wide / 2, 0, wide, 110);
    }
  }

  private address(x: number): string {
    const found = this.clusters.find(cluster => x >= cluster.x && x <= cluster.x + cluster.width);
    if (found === undefined) return '';
    const part = Math.min(0.999999, (x - found.x) / found.width);
    const at = found.start + BigInt(Math.floor(Number(found.last - found.start + 1n) * part));
    return hex((at >> 12n) << 12n);
  }

  protected pressed(x: number): void {
    const va = this.address(x);
    if (va !== '') this.tell('pf-va', va);
  }

  protected dragged(x: number): void {
    this.pressed(x);
  }

  protected hovered(x: number): void {
    const va = this.address(x);
    if (va !== this.hover) this.tell('pf-hover', va);
  }

  protected key(event: KeyboardEvent): boolean {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const regions = this.picture?.regions ?? [];
    if (step === 0 || regions.length === 0) return false;
    const now = this.va === '' ? null : spanAt(regions, BigInt(this.va), (1n << 64n) - 1n);
    const next = now === null ? 0 : Math.max(0, Math.min(regions.length - 1, regions.indexOf(now) + step));
    this.tell('pf-va', hex(regions[next].start));
    return true;
  }
}
customElements.define('pf-map', AddressMap);
