/** The HTTP API, as far as the page reads it; /docs has all of it. */
export interface Attributes {
  permissions: string;
  memoryType: string;
}
export interface Range {
  start: string;
  size: string;
}
export interface Region {
  range: Range;
  output: { object?: string; physical?: string };
  attributes: Attributes;
}
export interface TableInfo {
  address: string;
  generic: string;
  level: number;
  start: string;
  last: string;
  used: number;
}
export interface Table extends TableInfo {
  words: BigUint64Array;
  /** The same words as pairs of halves: whether one is zero is asked a million times, and a BigInt is an object. */
  halves: Uint32Array;
}
export interface Field {
  high: number;
  low: number;
  name: string;
  value: string;
  meaning: string;
}
export interface Step {
  stage: number;
  generic: string;
  level: number;
  folded: boolean;
  index: number;
  entry: string;
  word: string;
  meaning: string;
  fields: Field[];
}
export interface Why {
  position: number;
  steps: (Step & { written?: Event; made?: Event })[];
  shaped: Event[];
  count: number;
}
export interface Walk {
  steps: Step[];
  outcome: { translated: boolean; output?: string; leafSize?: string; level?: number; attributes?: Attributes; [k: string]: unknown };
}
export interface Binding {
  plugin: string;
  version: string;
  profile: string;
  coarsening: string;
}
export interface Stats {
  position: number;
  binding: Binding;
  imageHash: string;
  tables: number;
  tableBytes: number;
  overMappedBytes: number;
  widenedPermissionBytes: number;
  writableExecutableBytes: number;
  spaces: { space: string; tables: number; tableBytes: number; mappedBytes: number; contiguousEntries: number;
    leaves: { level: number; size: string; count: number }[] }[];
}
export interface Event {
  position: number;
  time: string;
  type: string;
  space?: string;
  range?: Range;
  attributes?: Attributes;
  actor?: string;
  text?: string;
  [k: string]: unknown;
}
export interface Difference {
  space: string;
  range: Range;
  kinds: string[];
}
export interface Figures {
  tables: number;
  tableBytes: number;
  leaves: { size: string; count: number }[];
  contiguousRuns: number;
  mappedBytes: number;
  tlb: { entries: number; reachBytes: number; neededEntries: number };
  overMappedBytes: number;
  widenedPermissionBytes: number;
}
export interface Candidate extends Binding {
  bound: boolean;
  figures?: Figures;
  failure?: string;
  inexact: Refusals;
  leftOut: Refusals;
}
export interface Refusals {
  count: number;
  events: { position: number; type: string; range?: Range; reason: string; detail: string }[];
}
export interface FileComparison {
  candidates: Candidate[];
  file: { format: string; lines: number; spaces: string[]; malformed: { count: number; lines: { line: number; reason: string }[] } };
}
export interface Plugin {
  id: string;
  version: string;
  digest: string;
  profiles: { name: string; title: string; granuleBits: number; capabilities: string[] }[];
}

/** An answer that is a problem (RFC 9457). */
export class Problem extends Error {
  constructor(readonly status: number, readonly body: { detail?: string; title?: string; [k: string]: unknown }) {
    super(body.detail ?? body.title ?? `The server answered ${status}.`);
  }
}

const TOKEN = 'pagefold-token';
export const token = (): string => sessionStorage.getItem(TOKEN) ?? '';
export const setToken = (value: string): void => sessionStorage.setItem(TOKEN, value.trim());

async function send(path: string, init: RequestInit = {}, accept = 'application/json'): Promise<Response> {
  const headers: Record<string, string> = { Accept: accept };
  if (init.body !== undefined) headers['Content-Type'] = init.body instanceof Blob ? 'text/plain' : 'application/json';
  if (token() !== '') headers.Authorization = `Bearer ${token()}`;
  const response = await fetch(path, { ...init, headers });
  if (!response.ok) {
    const body: unknown = await response.json().catch(() => ({}));
    throw new Problem(response.status, body as Problem['body']);
  }
  return response;
}

export const get = async <T>(path: string, signal?: AbortSignal): Promise<T> => (await send(path, { signal })).json() as Promise<T>;
export const post = async <T>(path: string, body: unknown): Promise<T> =>
  (await send(path, { method: 'POST', body: JSON.stringify(body) })).json() as Promise<T>;

/** Sends a file as it is; what it is, the server finds out. */
export const postFile = async <T>(path: string, file: Blob): Promise<T> =>
  (await send(path, { method: 'POST', body: file })).json() as Promise<T>;

export const simulation = (name: string): string => `/v1/simulations/${encodeURIComponent(name)}`;
export const inSpace = (sim: string, space: string): string => `${simulation(sim)}/spaces/${encodeURIComponent(space)}`;

/** Query parameters, those without a value left out. */
export function query(values: Record<string, string | number | null>): string {
  const given = Object.entries(values).filter(([, value]) => value !== '' && value !== null);
  return given.length === 0 ? '' : '?' + given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&');
}

/** The view parameters of PLUGIN:PROFILE. What does not fit is widened, and the figures say how far. */
export function lens(candidate: string): Record<string, string> {
  if (candidate === '') return {};
  const [plugin, profile] = candidate.split(':');
  return { plugin, profile, coarsening: 'widen' };
}

/** The same in one word, PLUGIN:PROFILE:COARSENING; nothing for what the simulation has selected. */
export const widened = (candidate: string): string => (candidate === '' ? '' : `${candidate}:widen`);

/** Where A and B differ. */
export const differences = (view: { sim: string; space: string; a: string; b: string }, at: number): string =>
  `${simulation(view.sim)}/diff${query({ at, space: view.space, left: widened(view.a), right: widened(view.b) })}`;

/** The tables with their words: the list, and the words as they are in memory. */
export async function tables(path: string, parameters: string): Promise<Table[]> {
  const url = `${path}/tables${parameters}`;
  const [list, binary] = await Promise.all([
    get<{ tables: TableInfo[] }>(url),
    send(url, {}, 'application/octet-stream').then(answer => answer.arrayBuffer()),
  ]);
  const all = new BigUint64Array(binary);
  const found: Table[] = [];
  let next = 0;
  for (const info of list.tables) {
    const length = Number(all[next + 1]);
    if (all[next] !== BigInt(info.address)) break; // An event came between the two answers; the next look has both.
    const words = all.subarray(next + 2, next + 2 + length);
    found.push({ ...info, words, halves: new Uint32Array(binary, words.byteOffset, 2 * length) });
    next += 2 + length;
  }
  return found;
}

/** Follows the events from a position on until the signal; each is told once, in order. */
export async function follow(sim: string, from: number, signal: AbortSignal, told: (event: Event) => void): Promise<void> {
  const answer = await send(`${simulation(sim)}/events/stream?from=${from}`, { signal }, 'text/event-stream');
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const part = await reader.read();
    if (part.done) return;
    rest += part.value;
    const messages = rest.split('\n\n');
    rest = messages.pop() ?? '';
    for (const message of messages) {
      const data = message.split('\n').find(line => line.startsWith('data: '));
      if (data !== undefined && message.includes('id: ')) told((JSON.parse(data.slice(6)) as { data: Event }).data);
    }
  }
}
