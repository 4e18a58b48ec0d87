import { differences, inSpace, lens, query, simulation, widened } from './api';
import type { View } from './url';

export interface Copyable { cli: string; curl: string }

const quoted = (text: string): string => (/^[\w.,:@/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** What a pane shows as a command line and as a request. */
export function commands(view: View, at: number): Record<string, Copyable> {
  const { origin, port } = location;
  const where = port === '8080' ? '' : ` --server ${origin}`;
  const sim = quoted(view.sim);
  const space = ` --space ${quoted(view.space)}`;
  const through = lens(view.a);
  const look = view.a === '' ? '' : ` --plugin ${through.plugin} --profile ${through.profile} --coarsen widen`;
  const of = (verb: string, path: string): Copyable => ({ cli: `./pagefold ${verb}${where}`, curl: `curl '${origin}${path}'` });
  return {
    tables: of(`tables ${sim}${space} --at ${at}${look}`, `${inSpace(view.sim, view.space)}/tables${query({ at, ...through })}`),
    walk: of(`walk ${sim} ${view.va || '0x0'}${space} --at ${at} --fields${look}`,
      `${inSpace(view.sim, view.space)}/walk${query({ va: view.va || '0x0', at, ...through })}`),
    stats: of(`stats ${sim} --at ${at}${look}`, `${simulation(view.sim)}/stats${query({ at, ...through })}`),
    map: view.b === '' ? of(`ptdump ${sim}${space} --at ${at}${look}`, `${inSpace(view.sim, view.space)}/ptdump${query({ at, ...through })}`)
      : of(`diff ${sim}${space} --at ${at}${view.a === '' ? '' : ` --left ${widened(view.a)}`} --right ${widened(view.b)}`, differences(view, at)),
    events: of(`events ${sim} --from ${Math.max(1, at - 10)} --limit 20`, `${simulation(view.sim)}/events${query({ from: Math.max(1, at - 10), limit: 20 })}`),
    compare: of(`compare ${sim}${space} --at ${at} --with ${view.with || 'arm64:64k-48'}`,
      `${simulation(view.sim)}/compare${query({ at, space: view.space, with: view.with || 'arm64:64k-48' })}`),
  };
}
