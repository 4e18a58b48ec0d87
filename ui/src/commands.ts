import { differences, inSpace, lens, query, simulation, widened } from './api';
import type { View } from './url';

export interface Copyable { cli: string; curl: string }

const quoted = (text: string): string => (/^[\w.,:@/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** The option that names this server, where it is not where the command line looks by itself. */
export const where = (): string => (location.port === '8080' ? '' : ` --server ${location.origin}`);

/** What a pane shows as a command line and as a request. */
export function commands(view: View, at: number): Record<string, Copyable> {
  const { origin } = location;
  const sim = quoted(view.sim);
  const space = ` --space ${quoted(view.space)}`;
  const through = lens(view.a);
  const look = view.a === '' ? '' : ` --plugin ${through.plugin} --profile ${through.profile} --coarsen widen`;
  const of = (verb: string, path: string): Copyable => ({ cli: `./pagefold ${verb}${where()}`, curl: `curl '${origin}${path}'` });
  return {
    tables: of(`tables ${sim}${space} --at ${at}${look}`, `${inSpace(view.sim, view.space)}/tables${query({ at, ...through })}`),
    walk: of(`walk ${sim} ${view.va || '0x0'}${space} --at ${at} --fields${look}`,
      `${inSpace(view.sim, view.space)}/walk${query({ va: view.va || '0x0', at, ...through })}`),
    why: of(`why ${sim} ${quoted(view.space)} ${view.va || '0x0'} --at ${at}${look}`,
      `${inSpace(view.sim, view.space)}/why${query({ va: view.va || '0x0', at, ...through })}`),
    entries: of(`ptdump ${sim}${space} --at ${at}${look}`, `${inSpace(view.sim, view.space)}/ptdump${query({ at, ...through })}`),
    history: of(`sim export ${sim} --at ${at}`, `${simulation(view.sim)}/events`),
    plugins: of('plugin ls', '/v1/plugins'),
    cluster: of('cluster status --hashes', '/v1/cluster?hashes=true'),
    stats: of(`stats ${sim} --at ${at}${look}`, `${simulation(view.sim)}/stats${query({ at, ...through })}`),
    map: view.b === '' ? of(`ptdump ${sim}${space} --at ${at}${look}`, `${inSpace(view.sim, view.space)}/ptdump${query({ at, ...through })}`)
      : of(`diff ${sim}${space} --at ${at}${view.a === '' ? '' : ` --left ${widened(view.a)}`} --right ${widened(view.b)}`, differences(view, at)),
    events: of(`events ${sim} --from ${Math.max(1, at - 10)} --limit 20`, `${simulation(view.sim)}/events${query({ from: Math.max(1, at - 10), limit: 20 })}`),
    compare: of(`compare ${sim}${space} --at ${at} --with ${view.with || PAGE_SIZES}${view.tlb === '' ? '' : ` --tlb ${view.tlb}`}`,
      `${simulation(view.sim)}/compare${query({ at, space: view.space, with: view.with || PAGE_SIZES, tlb: view.tlb })}`),
  };
}

/** What is compared when nothing is chosen. */
export const PAGE_SIZES = 'arm64:16k-47,arm64:64k-48';

/** The same for a file; nobody else has it, so that it must be named. */
export function fileCommands(name: string, format: string, chosen: string, tlb: string): Copyable {
  const option = format === 'events' ? 'history' : format;
  return {
    cli: `./pagefold compare --${option} ${quoted(name)} --with ${chosen}${tlb === '' ? '' : ` --tlb ${tlb}`}`,
    curl: `curl -H 'Content-Type: text/plain' --data-binary @${quoted(name)} '${location.origin}/v1/compare${query({ with: chosen, tlb })}'`,
  };
}
