import { get, query, simulation, type Event } from './api';

const PAGE = 5000;
const KINDS: Record<string, number> = { 'range-mapped': 0, 'space-created': 0, 'range-unmapped': 1, 'space-destroyed': 1, 'range-protected': 2, 'range-moved': 2 };

/** The events of a simulation: read page by page from the start, and followed from then on. */
export class History {
  readonly events: Event[] = [];
  readonly bindings: { position: number; label: string }[] = [];
  private readonly weights: number[] = [];

  constructor(readonly sim: string) {}

  /** An event counts with the square root of its pages, since one large mapping would hide all else. */
  add(event: Event): void {
    if (event.position !== this.events.length + 1) return;
    this.events.push(event);
    this.weights.push(event.range === undefined ? 2 : Math.sqrt(Number(event.range.size) / 4096 + 1));
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

  /** How much of four kinds happened in equal parts of the history: mapped, unmapped, changed, the rest. */
  buckets(parts: number, last: number): number[][] {
    const counts = Array.from({ length: parts }, () => [0, 0, 0, 0]);
    this.weights.forEach((weight, index) => {
      counts[Math.min(parts - 1, Math.floor((index * parts) / last))][KINDS[this.events[index].type] ?? 3] += weight;
    });
    return counts;
  }
}
