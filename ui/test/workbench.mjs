// Drives the workbench of a running server in a real browser: node workbench.mjs MODULES CHROMIUM SERVER.
// MODULES has node_modules. Two simulations of one history, "demo" and "swap", are there.
// One line a check: "ok NAME" or "not ok NAME" with the reason; what no check looked at is no success.
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { deepStrictEqual as same, ok } from 'node:assert';

const [modules, executablePath, server] = process.argv.slice(2);
const require = createRequire(join(resolve(modules), 'package.json'));
const { chromium } = require('playwright-core');
const axe = require('axe-core').source;

const browser = await chromium.launch({
  executablePath,
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
/** As another person's browser: nothing is shared but the server. */
const another = async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  context.setDefaultTimeout(15_000);
  return context;
};
const context = await another();
const api = async path => (await fetch(server + path)).json();
const SPACE = '17406';

const page = async (query, other = context) => {
  const it = await other.newPage();
  await it.goto(`${server}/${query}`);
  return it;
};

/** The page when it shows the position that it was asked for, or else its end. */
const shows = (it, position) => it.waitForFunction(
  at => document.querySelector('pf-app')?.dataset.position === String(at), position);
/** When the whole history is there. */
const followed = it => it.getByText('● in the past').waitFor();
const shown = it => it.evaluate(() => ({ ...document.querySelector('pf-app').dataset }));
const end = async sim => (await api(`/v1/simulations/${sim}`)).position;

/** Everything that a link must bring back: what is asked for, what is read out, and every picture. */
const picture = it => it.evaluate(() => ({
  query: location.search,
  data: { ...document.querySelector('pf-app').dataset },
  readouts: [...document.querySelectorAll('.readout')].map(line => line.textContent),
  walk: document.querySelector('.right').textContent.replace(/\s+/g, ' '),
  figures: document.querySelector('.figures').textContent.replace(/\s+/g, ' '),
  canvases: [...document.querySelectorAll('canvas')].map(canvas => canvas.toDataURL()),
}));

const checks = {
  async 'dragging the playhead shows the tables of that position'() {
    const last = await end('demo');
    const it = await page(`?sim=demo&space=${SPACE}`);
    await shows(it, last);
    const box = await it.locator('pf-time canvas').boundingBox();
    const y = box.y + box.height / 2;
    const hashes = [(await shown(it)).hash];

    await it.mouse.move(box.x + box.width * 0.95, y);
    await it.mouse.down();
    for (const part of [0.7, 0.5, 0.25]) {
      await it.mouse.move(box.x + box.width * part, y, { steps: 12 });
      const at = Number(new URL(it.url()).searchParams.get('at'));
      ok(Math.abs(at - last * part) <= 2 + last / box.width, `the drag to ${part} of ${last} events led to ${at}`);
      await shows(it, at);
      const { hash } = await shown(it);
      same(hash, (await api(`/v1/simulations/demo/stats?at=${at}`)).imageHash);
      hashes.push(hash);
    }
    await it.mouse.up();
    same(new Set(hashes).size, hashes.length);
    await it.close();
  },

  async 'a typed address is walked as the server walks it'() {
    const at = Math.floor((await end('demo')) / 2);
    const it = await page(`?sim=demo&space=${SPACE}&at=${at}`);
    await shows(it, at);
    const region = (await api(`/v1/simulations/demo/spaces/${SPACE}/regions?at=${at}`)).regions[0].range.start;
    const walk = await api(`/v1/simulations/demo/spaces/${SPACE}/walk?va=${region}&at=${at}`);

    await it.keyboard.press('/');
    await it.keyboard.type(region);
    await it.keyboard.press('Enter');

    await it.locator('.right .outcome').waitFor();
    same(await it.locator('.right table.walk tbody tr').count(), walk.steps.length);
    ok((await it.locator('.right .outcome').textContent()).includes(walk.outcome.output), 'the page shows another output');
    ok((await it.locator('.right .bits .bit').count()) === 64, 'the last word has not 64 bits');
    await it.close();
  },

  async 'other page sizes cost what the server says'() {
    const it = await page(`?sim=demo&space=${SPACE}`);
    await shows(it, await end('demo'));
    await it.keyboard.press('2');
    const { candidates } = await api(`/v1/simulations/demo/compare?with=arm64:16k-47,arm64:64k-48&space=${SPACE}`);

    const rows = it.locator('table.compare tbody tr');
    await rows.nth(2).waitFor();
    same(await rows.count(), candidates.length);
    for (const [index, { profile: name, figures }] of candidates.entries()) {
      const cells = await rows.nth(index).locator('td').allTextContents();
      ok(cells[0].includes(name), `row ${index} is ${cells[0]}, and the server says ${name}`);
      same(Number(cells[3].replace(/\D/g, '')), figures.tables);
    }
    await it.close();
  },

  async 'a link that is opened again gives the same picture'() {
    const at = Math.floor((await end('demo')) / 3);
    const first = await page(`?sim=demo&space=${SPACE}&at=${at}&b=arm64:16k-47`);
    await shows(first, at);
    await first.locator('pf-map canvas').focus();
    await first.keyboard.press('ArrowRight');
    await first.locator('.right .side-b').first().waitFor();
    await first.locator('pf-time canvas').focus();
    await first.keyboard.press('ArrowLeft');
    await shows(first, at - 1);
    await followed(first);

    const again = await page(new URL(first.url()).search, await another());
    await shows(again, at - 1);
    await followed(again);

    await first.bringToFront();
    const expected = await picture(first);
    await again.bringToFront();
    same(await picture(again), expected);
    ok(expected.canvases.length >= 3 && expected.query.includes('va=0x'), `too little to compare: ${expected.query}`);
    await first.close();
    await again.close();
  },

  async 'a swap is tried before it is made, and two browsers see each others events'() {
    const before = await end('swap');
    const query = `?sim=swap&space=${SPACE}`;
    const [one, two] = [await page(query), await page(query, await another())];
    for (const it of [one, two]) {
      await shows(it, before);
      await it.locator('.live').waitFor();
    }

    const swap = async (it, other, layout, position) => {
      await it.bringToFront();
      await it.keyboard.press('3');
      await it.locator('pf-plugins select').selectOption(layout);
      await it.getByLabel('widen what does not fit').check();
      ok(await it.getByRole('button', { name: 'Swap', exact: true }).isDisabled(), 'a swap was offered before its dry run');
      await it.getByRole('button', { name: 'Dry run' }).click();
      await it.getByText('Possible.').waitFor();
      same(await end('swap'), position - 1);
      await it.getByRole('button', { name: 'Swap', exact: true }).click();
      await it.getByText(`Selected by event ${position}.`).waitFor();
      await shows(other, position);
      const stats = await api('/v1/simulations/swap/stats');
      same((await shown(other)).hash, stats.imageHash);
      same(`${stats.binding.plugin}:${stats.binding.profile}`, layout);
    };
    await swap(one, two, 'arm64:64k-48', before + 1);
    await swap(two, one, 'arm64:4k-48', before + 2);
    await one.close();
    await two.close();
  },

  async 'axe finds nothing serious on any screen in light and dark'() {
    const at = Math.floor((await end('demo')) / 2);
    const it = await page(`?sim=demo&space=${SPACE}&at=${at}&b=arm64:16k-47`);
    await shows(it, at);
    await it.evaluate(axe);
    const found = [];
    let rules = 0;
    for (const [key, landmark] of [['1', '.bench .events'], ['2', 'table.compare tbody tr:nth-child(3)'], ['3', 'pf-plugins h3']]) {
      await it.keyboard.press(key);
      await it.locator(landmark).first().waitFor();
      for (const colorScheme of ['light', 'dark']) {
        await it.emulateMedia({ colorScheme });
        const { violations, passes } = await it.evaluate(() => window.axe.run());
        rules += passes.length;
        for (const { id, impact, nodes } of violations) {
          if (impact !== 'serious' && impact !== 'critical') continue;
          found.push(`screen ${key} ${colorScheme}: ${id} at ${nodes.map(node => node.target.join(' ')).slice(0, 3).join(', ')}`);
        }
      }
    }
    ok(rules > 60, `axe looked at ${rules} rules only`);
    same(found, []);
    await it.close();
  },
};

// Whoever waits for this process does not wait for ever; leaving ends the browser, too.
setTimeout(() => {
  console.log('not ok the checks did not end within 110 seconds');
  process.exit(1);
}, 110_000).unref();

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok ${name}`);
  } catch (error) {
    failed++;
    console.log(`not ok ${name}: ${error.message.replace(/\s+/g, ' ').slice(0, 2000)}`);
  }
}
await browser.close();
process.exit(failed === 0 ? 0 : 1);
