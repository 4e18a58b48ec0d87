import type { Difference, Event, Region, Stats, Table, Walk } from './api';
import { kindOf, type Kind } from './colours';

/** One of the two models of the page: A is looked at, B beside it. */
export interface Side {
  candidate: string;
  stats: Stats;
  tables: Table[];
  walk: Walk | null;
}

/** A picture of one space at one position. */
export interface Picture {
  position: number;
  regions: Span[];
  a: Side;
  b: Side | null;
  differences: Difference[];
  differenceBytes: Record<string, number>;
  event: Event | null;
}

/** A range with its last address, coloured by what was asked for there. */
export interface Span {
  start: bigint;
  last: bigint;
  kind: Kind;
  name: string;
}

export function spans(regions: Region[]): Span[] {
  return regions.map(({ range, attributes, output }) => ({
    start: BigInt(range.start),
    last: BigInt(range.start) + BigInt(range.size) - 1n,
    kind: kindOf(attributes),
    name: output.object ?? `physical ${output.physical ?? ''}`,
  }));
}

/** The span that has an address, by bisection: spans are in address order and apart. */
export function spanAt(all: Span[], start: bigint, last: bigint = start): Span | null {
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (all[middle].last < start) low = middle + 1;
    else high = middle;
  }
  return low < all.length && all[low].start <= last ? all[low] : null;
}

/** Addresses that an entry of a table stands for. */
export const entrySpan = (table: Table): bigint =>
  (BigInt(table.last) - BigInt(table.start) + 1n) / BigInt(table.words.length);

/** Starts of all tables by level: an entry with one below it is a table, every other one that is not empty a leaf. */
export function tableStarts(tables: Table[]): Map<number, Set<string>> {
  const starts = new Map<number, Set<string>>();
  for (const table of tables) {
    const level = starts.get(table.level) ?? new Set<string>();
    level.add(table.start);
    starts.set(table.level, level);
  }
  return starts;
}

/** Neighbouring leaves as one: start and last address. */
export function leafRuns(tables: Table[]): [bigint, bigint][] {
  const starts = tableStarts(tables);
  const runs: [bigint, bigint][] = [];
  for (const table of tables) {
    const span = entrySpan(table);
    const start = BigInt(table.start);
    const below = starts.get(table.level + 1);
    for (let index = 0; index < table.words.length; index++) {
      if (table.words[index] === 0n) continue;
      const at = start + BigInt(index) * span;
      if (below !== undefined && below.has('0x' + at.toString(16).padStart(16, '0'))) continue;
      const before = runs.at(-1);
      if (before !== undefined && before[1] + 1n === at) before[1] = at + span - 1n;
      else runs.push([at, at + span - 1n]);
    }
  }
  return runs.sort((x, y) => (x[0] < y[0] ? -1 : 1));
}
