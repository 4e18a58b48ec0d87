import { html, nothing, type TemplateResult } from 'lit';
import { get } from './api';
import { copyButtons, Screen } from './screens';
import { count } from './format';

interface Node { id: string; name: string; api: string; version: string; since: string; ready: boolean; local: boolean; simulations: number; open: number }
interface Placed {
  name: string;
  owner: string;
  epoch: number;
  position: number;
  openAt?: string;
  image?: { epoch: number; position: number; lag: number };
  hashes?: { node: string; position: number; imageHash: string }[];
}
interface Cluster { clustered: boolean; name?: string; nodes: Node[]; simulations: Placed[]; next?: string }

const EVERY = 2000;
const KEPT = 40;
const PAGE = 100;

/** The nodes, and for every simulation who has it, how far it is, how far behind its image is, and whether all hashes agree. */
export class ClusterScreen extends Screen {
  private found: Cluster | null = null;
  private lags = new Map<string, number[]>();
  private timer = 0;

  connectedCallback(): void {
    super.connectedCallback();
    void this.look();
  }

  disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  /** Asks again some time after the last answer, as long as the screen is there. */
  private async look(): Promise<void> {
    await this.attempt(async () => {
      this.found = await get<Cluster>(`/v1/cluster?hashes=true&limit=${PAGE}`);
      for (const { name, image } of this.found.simulations) {
        if (image !== undefined) this.lags.set(name, [...(this.lags.get(name) ?? []), image.lag].slice(-KEPT));
      }
    });
    if (this.isConnected) this.timer = setTimeout(() => void this.look(), EVERY);
  }

  protected render() {
    const { found } = this;
    return html`<section class="pane wide"><h2>Cluster${found?.name === undefined ? nothing : html` <span class="dim">${found.name}</span>`}${copyButtons(() => this.commands)}</h2>
      ${this.trouble === '' ? nothing : html`<p class="bad" role="alert">${this.trouble}</p>`}
      ${found === null ? html`<p class="hint">Asking …</p>` : html`
        <p class="lead">${found.clustered ? `${count(found.nodes.length)} nodes share one log.` : 'This server is no node of a cluster: it is alone with its log.'} Looked at every two seconds.</p>
        ${this.nodes(found)}${this.simulations(found)}`}</section>`;
  }

  private nodes({ nodes }: Cluster): TemplateResult {
    return html`<table class="compare nodes"><thead><tr><th>node</th><th>API</th><th>version</th><th>since</th><th>ready</th><th class="n">simulations</th><th class="n">open</th></tr></thead>
      <tbody>${nodes.map(it => html`<tr class=${it.local ? 'bound' : ''}><td>${it.name} <span class="dim">${it.local ? 'this one' : it.id.slice(0, 8)}</span></td>
        <td>${it.api}</td><td>${it.version}</td><td>${new Date(it.since).toISOString().slice(0, 19).replace('T', ' ')}</td>
        <td class=${it.ready ? 'live' : 'bad'}>${it.ready ? '● ready' : '○ not ready'}</td><td class="n">${count(it.simulations)}</td><td class="n">${count(it.open)}</td></tr>`)}</tbody></table>`;
  }

  private simulations({ nodes, simulations, next }: Cluster): TemplateResult {
    const names = new Map(nodes.map(it => [it.id, it.name]));
    const node = (id: string | undefined) => (id === undefined ? '–' : (names.get(id) ?? id.slice(0, 8)));
    return html`<h2 class="ruled">Simulations</h2><table class="compare placed"><thead><tr><th>simulation</th><th>owner</th><th>open at</th><th class="n">epoch</th><th class="n">position</th>
      <th class="n">image</th><th class="n">lag</th><th></th><th>image hash, node by node</th></tr></thead>
      <tbody>${simulations.map(it => html`<tr><td>${it.name}</td><td>${node(it.owner)}</td><td>${node(it.openAt)}</td><td class="n">${count(it.epoch)}</td>
        <td class="n">${count(it.position)}</td><td class="n">${it.image === undefined ? '–' : count(it.image.position)}</td>
        <td class="n">${it.image === undefined ? '–' : count(it.image.lag)}</td><td>${spark(this.lags.get(it.name) ?? [])}</td><td>${this.hashes(it, node)}</td></tr>`)}</tbody></table>
      ${next === undefined ? nothing : html`<p class="dim">The first ${PAGE} of ${count(nodes.reduce((sum, it) => sum + it.simulations, 0))}.</p>`}`;
  }

  /** Equal hashes are only meant to be equal at one position. */
  private hashes({ hashes }: Placed, node: (id: string) => string): TemplateResult {
    if (hashes === undefined || hashes.length === 0) return html`<span class="dim">–</span>`;
    const mark = (it: { position: number; imageHash: string }) => {
      const others = hashes.filter(other => other !== it && other.position === it.position);
      return others.length === 0 ? '●' : others.every(other => other.imageHash === it.imageHash) ? '✓' : '✗';
    };
    return html`${hashes.map(it => html`<span class="hashof ${{ '●': '', '✓': 'live', '✗': 'bad' }[mark(it)]}" title="${it.imageHash} at position ${it.position}">${mark(it)} ${node(it.node)}
      <span class="dim">${it.imageHash.slice(0, 12)}… at ${count(it.position)}</span></span>`)}`;
  }
}

/** The last lags as a line. */
function spark(lags: number[]): TemplateResult | typeof nothing {
  if (lags.length < 2) return nothing;
  const most = Math.max(1, ...lags);
  const points = lags.map((lag, index) => `${(index * 100) / (KEPT - 1)},${(10 - (lag / most) * 9).toFixed(1)}`).join(' ');
  return html`<svg class="costbar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="lag, at most ${count(most)}"><polyline class="line" points=${points} /></svg>`;
}
customElements.define('pf-cluster', ClusterScreen);
