import type { Difference, Event, Region, Stats, Table, Walk } from './api';
import { kindOf, KINDS, type Kind } from './colours';

/** One of the two models of the page: A is looked at, B beside it. */
export interface Side {
  candidate: string;
  stats: Stats;
  tables: Table[];
  /** What the entries of each table are, as places in KINDS; 0 is empty. */
  entries: Map<Table, Uint8Array>;
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

/** The place of the first span that ends at an address or behind it, by bisection: spans are in order and apart. */
export function firstAt(all: Span[], start: bigint): number {
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (all[middle].last < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first span that has an address of a range. */
export function spanAt(all: Span[], start: bigint, last: bigint = start): Span | null {
  const found = firstAt(all, start);
  return found < all.length && all[found].start <= last ? all[found] : null;
}

/** Addresses that an entry of a table stands for. */
export const entrySpan = (table: Table): bigint =>
  (BigInt(table.last) - BigInt(table.start) + 1n) / BigInt(table.words.length);

export const isSet = (table: Table, index: number): boolean => (table.halves[2 * index] | table.halves[2 * index + 1]) !== 0;

const TABLE = KINDS.indexOf('table');
const OVER = KINDS.indexOf('over');

/**
 * What every entry of every table is: a table when there is one below it, and else what was asked for where it leads, or
 * more than that. Addresses are reckoned once a table, since a kernel has more than a hundred thousand entries.
 */
export function entries(tables: Table[], regions: Span[]): Map<Table, Uint8Array> {
  const all = new Map<Table, Uint8Array>();
  const open: { table: Table; kinds: Uint8Array; start: bigint; last: bigint; span: bigint }[] = [];
  for (const table of tables) {
    const start = BigInt(table.start);
    const last = BigInt(table.last);
    while (open.length > 0 && (open.at(-1)!.table.level >= table.level || open.at(-1)!.last < start)) open.pop();
    const parent = open.at(-1);
    if (parent !== undefined) parent.kinds[Number((start - parent.start) / parent.span)] = TABLE;
    const kinds = new Uint8Array(table.words.length);
    const span = entrySpan(table);
    for (let index = firstAt(regions, start); index < regions.length && regions[index].start <= last; index++) {
      const region = regions[index];
      const from = region.start <= start ? 0 : Number((region.start - start) / span);
      const to = region.last >= last ? kinds.length - 1 : Number((region.last - start) / span);
      const kind = KINDS.indexOf(region.kind);
      for (let entry = from; entry <= to; entry++) if (kinds[entry] === 0) kinds[entry] = kind;
    }
    for (let entry = 0; entry < kinds.length; entry++) {
      if (!isSet(table, entry)) kinds[entry] = 0;
      else if (kinds[entry] === 0) kinds[entry] = OVER;
    }
    all.set(table, kinds);
    open.push({ table, kinds, start, last, span });
  }
  return all;
}

/** Neighbouring leaves as one: start and last address. */
export function leafRuns(side: Side): [bigint, bigint][] {
  const runs: [bigint, bigint][] = [];
  for (const [table, kinds] of side.entries) {
    const span = entrySpan(table);
    const start = BigInt(table.start);
    for (let from = 0; from < kinds.length; from++) {
      if (kinds[from] === 0 || kinds[from] === TABLE) continue;
      let to = from;
      while (to + 1 < kinds.length && kinds[to + 1] !== 0 && kinds[to + 1] !== TABLE) to++;
      runs.push([start + BigInt(from) * span, start + BigInt(to + 1) * span - 1n]);
      from = to;
    }
  }
  runs.sort((x, y) => (x[0] < y[0] ? -1 : 1));
  const joined: [bigint, bigint][] = [];
  for (const run of runs) {
    const before = joined.at(-1);
    if (before !== undefined && before[1] + 1n === run[0]) before[1] = run[1];
    else joined.push(run);
  }
  return joined;
}

const GENERIC = ['PGD', 'P4D', 'PUD', 'PMD', 'PTE'];

/** Levels that are folded into the one above: names of Linux between two neighbouring levels that have tables. */
export function foldedBelow(tables: Table[]): Map<string, string[]> {
  const levels = new Map(tables.map(table => [table.level, table.generic]));
  const folded = new Map<string, string[]>();
  for (const [level, name] of levels) {
    const next = levels.get(level + 1);
    const from = GENERIC.indexOf(name);
    const to = next === undefined ? -1 : GENERIC.indexOf(next);
    if (from >= 0 && to > from + 1) folded.set(name, GENERIC.slice(from + 1, to));
  }
  return folded;
}
