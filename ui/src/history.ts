import { get, query, simulation, type Event } from './api';

const PAGE = 5000;
const KINDS: Record<string, number> = { 'range-mapped': 0, 'space-created': 0, 'range-unmapped': 1, 'space-destroyed': 1, 'range-protected': 2, 'range-moved': 2 };

/** The events of a simulation: read page by page from the start, and followed from then on. */
export class History {
  readonly events: Event[] = [];
  readonly bindings: { position: number; label: string }[] = [];

  constructor(readonly sim: string) {}

  add(event: Event): void {
    if (event.position !== this.events.length + 1) return;
    this.events.push(event);
    if (event.type === 'plugin-selected') {
      this.bindings.push({ position: event.position, label: `${String(event.plugin)} ${String(event.profile)}` });
    }
  }

  /** Reads up to a position, telling after every page. */
  async load(last: number, told: () => void): Promise<void> {
    while (this.events.length < last) {
      const from = this.events.length + 1;
      const page = await get<{ events: Event[] }>(`${simulation(this.sim)}/events${query({ from, limit: PAGE })}`);
      if (page.events.length === 0) return;
      page.events.forEach(event => this.add(event));
      told();
    }
  }

  /**
   * How much of four kinds happened in equal parts of the history: mapped, unmapped, changed, the rest. An event counts
   * with the square root of its pages, since one large mapping would hide all else.
   */
  buckets(parts: number, last: number): number[][] {
    const counts = Array.from({ length: parts }, () => [0, 0, 0, 0]);
    for (const { position, type, range } of this.events) {
      const weight = range === undefined ? 2 : Math.sqrt(Number(BigInt(range.size) >> 12n) + 1);
      counts[Math.min(parts - 1, Math.floor(((position - 1) * parts) / last))][KINDS[type] ?? 3] += weight;
    }
    return counts;
  }
}
