import { Problem, differences as differencesOf, get, inSpace, lens, query, simulation, tables, type Difference, type Region, type Stats, type Walk } from './api';
import { entries, spans, type Picture, type Side } from './model';
import type { View } from './url';

async function side(view: View, at: number, candidate: string): Promise<Omit<Side, 'entries'>> {
  const parameters = { at, ...lens(candidate) };
  const path = inSpace(view.sim, view.space);
  const [stats, all, walk] = await Promise.all([
    get<Stats>(`${simulation(view.sim)}/stats${query(parameters)}`),
    tables(path, query(parameters)),
    view.va === '' ? null : get<Walk>(`${path}/walk${query({ va: view.va, ...parameters })}`).catch(outOfRange),
  ]);
  return { candidate, stats, tables: all, walk };
}

/** An address that the layout does not have is no walk, and no reason to show nothing. */
function outOfRange(error: unknown): null {
  if (error instanceof Problem && error.status < 500 && error.status !== 401) return null;
  throw error;
}

async function regions(view: View, at: number): Promise<Region[]> {
  const all: Region[] = [];
  for (let from: string | undefined = '0x0'; from !== undefined;) {
    const page: { regions: Region[]; next?: string } =
      await get(`${inSpace(view.sim, view.space)}/regions${query({ at, from, limit: 100000 })}`);
    all.push(...page.regions);
    from = page.next;
  }
  return all;
}

/** What the page shows at a position: everything from one and the same position. */
export async function picture(view: View, at: number): Promise<Omit<Picture, 'event'>> {
  const second = view.b === '' ? null : side(view, at, view.b);
  const diff = view.b === '' ? null : get<{ differences: Difference[]; bytes: Record<string, number> }>(
    differencesOf(view, at));
  const [a, b, asked, differences] = await Promise.all([side(view, at, view.a), second, regions(view, at), diff]);
  const regionsAsked = spans(asked);
  return {
    position: at, regions: regionsAsked,
    a: { ...a, entries: entries(a.tables, regionsAsked) },
    b: b === null ? null : { ...b, entries: entries(b.tables, regionsAsked) },
    differences: differences?.differences ?? [], differenceBytes: differences?.bytes ?? {},
  };
}
