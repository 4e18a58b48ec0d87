import type { Attributes } from './api';

/** What a leaf permits, in the four colours that most kinds of colour blindness tell apart (and pink for W+X). */
export type Kind = 'r' | 'rw' | 'rx' | 'rwx' | 'device' | 'none' | 'over' | 'table';

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
  ['r', 'R'], ['rw', 'RW'], ['rx', 'RX'], ['rwx', 'W+X'], ['device', 'Device'], ['none', 'no access'], ['over', 'over-mapped'],
];

export const css = (kind: Kind, alpha = 1): string => `rgba(${PALETTE[kind].join(',')},${alpha})`;

/** A pixel of ImageData, which is little-endian ABGR; shade is 0 to 1. */
export function pixel(kind: Kind, shade: number): number {
  const [r, g, b] = PALETTE[kind].map(part => Math.round(part * shade));
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
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
