// How fast the workbench is: node ui/test/figures.mjs MODULES CHROMIUM SERVER
// MODULES has node_modules (server/target/ui after a build). Makes the simulation "figures" when it is not there: a
// kernel whose linear map is 131,072 pages of 4K, in a history of 100,000 events. Prints one line a figure.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';

const [modules, executablePath, server] = process.argv.slice(2);
const { chromium } = createRequire(join(resolve(modules), 'package.json'))('playwright-core');

const SIM = 'figures';
const SPACE = 'kernel';
const EVENTS = 100_000;
const START = 0xffff_0000_0000_0000n;
const PIECE = 131; // pages of one event
const PIECES = 1000;

const api = async (path, init) => {
  const answer = await fetch(server + path, init);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer;
};
const json = async path => (await api(path)).json();

/** The pieces are mapped, and then protected one way and the other, again and again, over and over the map. */
function* commands() {
  const range = piece => ({ start: '0x' + (START + BigInt(piece * PIECE) * 4096n).toString(16), size: '0x' + (PIECE * 4096).toString(16) });
  yield { type: 'create-space', space: SPACE, kind: 'kernel' };
  for (let piece = 0; piece < PIECES; piece++) {
    yield { type: 'map-range', space: SPACE, range: range(piece), output: { physical: '0x' + (0x8000_0000 + piece * PIECE * 4096).toString(16) },
      attributes: { permissions: 'rw-/---', global: true } };
  }
  for (let event = PIECES + 2; event < EVENTS; event++) {
    const round = Math.floor(event / PIECES);
    yield { type: 'protect-range', space: SPACE, range: range((event * 7) % PIECES), permissions: ['r--/---', 'rw-/---', 'r-x/---'][(round + event) % 3] };
  }
}

async function make() {
  if ((await fetch(`${server}/v1/simulations/${SIM}`)).ok) return;
  await api('/v1/simulations', { method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: SIM, plugin: 'arm64', profile: '4k-48' }) });
  let batch = [];
  const send = async () => {
    await api(`/v1/simulations/${SIM}/commands`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(batch) });
    batch = [];
  };
  for (const command of commands()) if (batch.push(command) === 2000) await send();
  if (batch.length > 0) await send();
}

const median = values => [...values].sort((x, y) => x - y)[values.length >> 1];
const say = (name, text) => console.log(`${name.padEnd(44)} ${text}`);

await make();
const { position } = await json(`/v1/simulations/${SIM}`);
const stats = await json(`/v1/simulations/${SIM}/stats`);
const leaves = stats.spaces[0].leaves.reduce((sum, it) => sum + it.count, 0);
say('history', `${position} events, ${leaves} leaves, ${stats.tables} tables; ${cpus().length} processors (${cpus()[0].model.trim()}), software rendering`);

const browser = await chromium.launch({ executablePath, headless: true, args: ['--no-sandbox', '--disable-gpu'] });
const open = async query => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(server + query);
  return page;
};

// First picture: from the start of the navigation, with nothing in the browser's cache, to the frame after the picture.
const firsts = [];
for (let round = 0; round < 5; round++) {
  const page = await open(`/?sim=${SIM}&space=${SPACE}`);
  firsts.push(await page.evaluate(() => new Promise(done => {
    const look = () => document.querySelector('pf-app')?.dataset.hash === undefined ? requestAnimationFrame(look)
      : requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())));
    look();
  })));
  await page.context().close();
}
say('first picture, median and worst of 5', `${Math.round(median(firsts))} ms, ${Math.round(Math.max(...firsts))} ms`);

// A drag over half of the history: frames in which the playhead was drawn anew, and pictures that came meanwhile.
const page = await open(`/?sim=${SIM}&space=${SPACE}`);
await page.waitForFunction(last => document.querySelector('pf-events')?.rows.length === last, position, { timeout: 120_000 });
await page.locator('.live').waitFor();
await page.evaluate(() => {
  const app = document.querySelector('pf-app');
  const slider = document.querySelector('pf-time');
  const seen = (window.seen = { frames: [], drawn: 0, pictures: 0 });
  const draw = slider.draw;
  slider.draw = function (pen) {
    seen.drawn++;
    draw.call(this, pen);
  };
  new MutationObserver(() => seen.pictures++).observe(app, { attributeFilter: ['data-position'] });
  const frame = now => {
    seen.frames.push(now);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
});
const box = await page.locator('pf-time canvas').boundingBox();
const y = box.y + box.height / 2;
await page.mouse.move(box.x + box.width * 0.95, y);
await page.mouse.down();
await page.evaluate(() => Object.assign(window.seen, { frames: [], drawn: 0, pictures: 0 }));
// The pointer moves once a frame, as a hand's does; from outside, each move would wait for its answer.
const seen = await page.evaluate(async ({ left, y, from, to }) => {
  const canvas = document.querySelector('pf-time canvas');
  const start = performance.now();
  for (let now = start; now < start + 4000; now = await new Promise(requestAnimationFrame)) {
    const clientX = left + from + ((to - from) * Math.max(0, now - start)) / 4000;
    canvas.dispatchEvent(new PointerEvent('pointermove', { buttons: 1, clientX, clientY: y, bubbles: true }));
  }
  return window.seen;
}, { left: box.x, y, from: box.width * 0.95, to: box.width * 0.45 });
await page.mouse.move(box.x + box.width * 0.45, y);
await page.mouse.up();
const seconds = (seen.frames.at(-1) - seen.frames[0]) / 1000;
const gaps = seen.frames.slice(1).map((at, index) => at - seen.frames[index]);
say('drag of the slider, redrawn', `${(seen.drawn / seconds).toFixed(1)} frames/s over ${seconds.toFixed(1)} s; the longest frame ${Math.round(Math.max(...gaps))} ms`);
say('drag of the slider, pictures of tables', `${(seen.pictures / seconds).toFixed(1)} a second`);

// Where it ends, the page has the bytes of that position: the words it holds, and the image hash.
await page.waitForTimeout(500);
const at = Number(new URL(page.url()).searchParams.get('at'));
await page.waitForFunction(wanted => document.querySelector('pf-app').dataset.position === String(wanted), at);
const held = await page.evaluate(async () => {
  const { tables } = document.querySelector('pf-app').shown.a;
  const all = new BigUint64Array(tables.reduce((sum, it) => sum + it.words.length + 2, 0));
  let next = 0;
  for (const { address, words } of tables) {
    all.set([BigInt(address), BigInt(words.length)], next);
    all.set(words, next + 2);
    next += words.length + 2;
  }
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', all.buffer));
  return { image: document.querySelector('pf-app').dataset.hash, words: [...digest].map(it => it.toString(16).padStart(2, '0')).join('') };
});
const sent = await api(`/v1/simulations/${SIM}/spaces/${SPACE}/tables?at=${at}`, { headers: { Accept: 'application/octet-stream' } });
const words = createHash('sha256').update(new Uint8Array(await sent.arrayBuffer())).digest('hex');
const image = (await json(`/v1/simulations/${SIM}/stats?at=${at}`)).imageHash;
const same = held.words === words && held.image === image;
say(`bytes where it ends, position ${at}`, `${same ? 'the same' : 'OTHERS'}: words ${held.words.slice(0, 16)}…, image ${held.image.slice(0, 16)}…`);

// A million cells: every frame pans or zooms, and then every frame has other words.
const million = await page.evaluate(async () => {
  const heat = document.createElement('pf-heat');
  heat.style.cssText = 'position:fixed;inset:0;background:#000';
  document.body.append(heat);
  const picture = shift => {
    const entries = new Map();
    for (let index = 0; index < 2048; index++) {
      const words = new BigUint64Array(512);
      const start = BigInt(index) << 21n;
      const text = it => '0x' + it.toString(16).padStart(16, '0');
      entries.set({ level: 3, generic: 'PTE', address: text(start), start: text(start), last: text(start + 0x1fffffn), words, halves: new Uint32Array(words.buffer) },
        Uint8Array.from(words, (_, entry) => (entry * 7 + index + shift) % 8));
    }
    return { position: 0, regions: [], a: { tables: [...entries.keys()], entries }, b: null, event: null };
  };
  const pictures = [picture(0), picture(1)];
  const run = async (frames, change) => {
    const times = [];
    for (let frame = 0; frame < frames; frame++) {
      change(frame);
      await heat.updateComplete;
      times.push(await new Promise(requestAnimationFrame));
    }
    return ((times.length - 1) * 1000) / (times.at(-1) - times[0]);
  };
  Object.assign(heat, { level: 3, va: '', hover: '', zoom: '', picture: pictures[0] });
  await run(10, () => {});
  const moved = await run(180, frame => (heat.zoom = `${1 + (frame % 60) / 10},${frame % 200},${frame % 900}`));
  heat.zoom = '';
  const recoloured = await run(60, frame => (heat.picture = pictures[frame & 1]));
  heat.remove();
  return { moved, recoloured };
});
say('heat map of 1,048,576 cells', `${million.moved.toFixed(1)} frames/s zooming and panning, ${million.recoloured.toFixed(1)} frames/s with other words every frame`);
await browser.close();
process.exit(same ? 0 : 1);
