import type { Attributes } from './api';

/** What a leaf permits, in the colours that most kinds of colour blindness tell apart; what is to be noticed is hatched. */
export type Kind = 'r' | 'rw' | 'rx' | 'rwx' | 'device' | 'none' | 'over' | 'table';

/** Kinds as numbers; 0 is an entry that is empty. */
export const KINDS: (Kind | '')[] = ['', 'r', 'rw', 'rx', 'rwx', 'device', 'none', 'over', 'table'];

/** The same in light and dark; style.css has them for the legend. */
const PALETTE: Record<Kind, number[]> = {
  r: [74, 163, 255],
  rw: [54, 196, 142],
  rx: [245, 183, 66],
  rwx: [255, 92, 143],
  device: [200, 119, 224],
  none: [110, 122, 138],
  over: [225, 232, 240],
  table: [86, 104, 150],
};

export const LEGEND: [Kind, string][] = [
  ['r', 'R'], ['rw', 'RW'], ['rx', 'RX'], ['rwx', 'W+X'], ['device', 'Device'], ['none', 'no access'], ['over', 'over-mapped'], ['table', 'table'],
];

export const css = (kind: Kind, alpha = 1): string => `rgba(${PALETTE[kind].join(',')},${alpha})`;

/** A pixel of ImageData, which is little-endian ABGR; shade is 0 to 1. */
export function pixel(kind: Kind, shade: number): number {
  const [r, g, b] = PALETTE[kind].map(part => Math.round(part * shade));
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

/** Lines over a colour, for those who do not see it: rising for W+X, falling for what was not asked for, upright for devices. */
const HATCHES: Partial<Record<Kind | 'bad', [number, number, number, number][]>> = {
  rwx: [[0, 6, 6, 0]],
  over: [[0, 0, 6, 6]],
  device: [[3, 0, 3, 6]],
  bad: [[0, 6, 6, 0], [0, 0, 6, 6]],
};
const patterns = new Map<string, CanvasPattern>();

export const isHatched = (kind: Kind | 'bad'): boolean => kind in HATCHES;

/** The lines of a kind, to be filled over its colour. */
export function hatch(pen: CanvasRenderingContext2D, kind: Kind | 'bad'): CanvasPattern {
  let pattern = patterns.get(kind);
  if (pattern === undefined) {
    const tile = document.createElement('canvas');
    tile.width = tile.height = 6;
    const lines = tile.getContext('2d')!;
    lines.strokeStyle = 'rgba(10,14,20,0.75)';
    lines.lineWidth = 1.2;
    for (const [x, y, toX, toY] of HATCHES[kind] ?? []) {
      lines.moveTo(x, y);
      lines.lineTo(toX, toY);
    }
    lines.stroke();
    pattern = pen.createPattern(tile, 'repeat')!;
    patterns.set(kind, pattern);
  }
  return pattern;
}

export function kindOf(attributes: Attributes): Kind {
  if (attributes.memoryType.startsWith('device')) return 'device';
  const { permissions } = attributes;
  const writes = permissions.includes('w');
  const executes = permissions.includes('x');
  if (writes && executes) return 'rwx';
  if (executes) return 'rx';
  if (writes) return 'rw';
  return permissions.includes('r') ? 'r' : 'none';
}
