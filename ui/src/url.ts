/** What the page shows, all of it in the URL: a link is a bug report. */
export interface View {
  screen: 'workbench' | 'compare' | 'plugins' | 'cluster';
  sim: string;
  space: string;
  /** The playhead; null stands at the end and follows it. */
  at: number | null;
  va: string;
  /** PLUGIN:PROFILE, or empty for what the simulation has selected. */
  a: string;
  b: string;
  /** Level of the heat map, or empty for the deepest. */
  level: string;
  /** Zoom of the heat map: scale, left column, top row. */
  zoom: string;
  /** Candidates of a comparison, between commas. */
  with: string;
  /** Entries of the TLB of a comparison; empty for the server's own choice. */
  tlb: string;
}

export function read(search: string): View {
  const query = new URLSearchParams(search);
  const text = (name: string) => query.get(name) ?? '';
  const at = text('at');
  const screen = text('screen');
  return {
    screen: screen === 'compare' || screen === 'plugins' || screen === 'cluster' ? screen : 'workbench',
    sim: text('sim'),
    space: text('space'),
    at: /^\d{1,15}$/.test(at) ? Number(at) : null,
    va: /^0x[0-9a-f]{1,16}$/i.test(text('va')) ? text('va') : '',
    a: text('a'),
    b: text('b'),
    level: text('level'),
    zoom: text('zoom'),
    with: text('with'),
    tlb: /^\d{1,7}$/.test(text('tlb')) ? text('tlb') : '',
  };
}

export function write(view: View): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(view)) {
    if (value !== '' && value !== null && value !== 'workbench') query.set(name, String(value));
  }
  // Colons and commas are allowed in a query, and easier to read than escapes.
  const text = query.toString().replaceAll('%3A', ':').replaceAll('%2C', ',');
  return text === '' ? '/' : '/?' + text;
}
