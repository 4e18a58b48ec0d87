// Drives the workbench of a running server in a real browser: node workbench.mjs MODULES CHROMIUM SERVER [TOKEN].
// MODULES has node_modules. Two simulations of one history, "demo" and "swap", are there; with a token, the server asks
// for one, and only signing in is tried.
// One line a check: "ok NAME" or "not ok NAME" with the reason; what no check looked at is no success.
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { deepStrictEqual as same, ok } from 'node:assert';

const [modules, executablePath, server, token] = process.argv.slice(2);
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
/** What the address says; it follows within a fifth of a second. */
const address = async (it, name) => {
  await it.waitForTimeout(400);
  return new URL(it.url()).searchParams.get(name);
};
const end = async sim => (await api(`/v1/simulations/${sim}`)).position;

/** Everything that a link must bring back: what is asked for, what is read out, and every picture. */
const picture = it => it.evaluate(async () => {
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  return {
    query: location.search,
    data: { ...document.querySelector('pf-app').dataset },
  readouts: [...document.querySelectorAll('.readout')].map(line => line.textContent),
  walk: document.querySelector('.right').textContent.replace(/\s+/g, ' '),
  figures: document.querySelector('.figures').textContent.replace(/\s+/g, ' '),
  canvases: [...document.querySelectorAll('canvas')].map(canvas => canvas.toDataURL()),
  };
});
/** When it is known who wrote what is walked. */
const explained = it => it.locator('.why, .right .shaped').first().waitFor();

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
      const at = Number(await address(it, 'at'));
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

    const rows = it.locator('table.compare').first().locator('tbody tr');
    await rows.nth(2).waitFor();
    same(await rows.count(), candidates.length);
    for (const [index, { profile: name, figures }] of candidates.entries()) {
      const cells = await rows.nth(index).locator('td').allTextContents();
      ok(cells[0].includes(name), `row ${index} is ${cells[0]}, and the server says ${name}`);
      same(Number(cells[7].replace(/\D/g, '')), figures.tables);
    }
    await it.close();
  },

  async 'the walk says which event wrote each word, and leads there'() {
    const at = await end('demo');
    const va = (await api(`/v1/simulations/demo/spaces/${SPACE}/regions`)).regions[3].range.start;
    const why = await api(`/v1/simulations/demo/spaces/${SPACE}/why?va=${va}`);
    const expected = why.steps.filter(step => !step.folded).map(step => (step.written ?? step.made).position);
    const it = await page(`?sim=demo&space=${SPACE}&va=${va}`);
    await shows(it, at);

    const jumps = it.locator('.why .jump');
    await jumps.nth(expected.length - 1).waitFor();
    same((await jumps.allTextContents()).map(text => Number(text.replace(/\D/g, ''))), expected);
    same((await it.locator('.shaped').textContent()).includes(`#${why.shaped.at(-1).position}`), why.shaped.at(-1).position < 1000);

    await jumps.last().click();
    await shows(it, expected.at(-1));
    await followed(it);
    await it.locator('.eventrow.wrote.chosen').waitFor();
    await it.close();
  },

  async 'a file that is dropped, or chosen, is compared as the server compares it'() {
    const maps = '00400000-00401000 r-xp 00000000 08:01 11 /bin/tool\nwhat is this\n00410000-00420000 rw-p 00000000 00:00 0\n';
    const before = await api('/v1/simulations');
    const answer = await fetch(`${server}/v1/compare?with=arm64:4k-48,arm64:16k-47,arm64:64k-48`,
      { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: maps });
    const { candidates } = await answer.json();
    const it = await page(`?sim=demo&space=${SPACE}`);
    await shows(it, await end('demo'));
    await it.getByRole('button', { name: 'Page sizes' }).click();

    const dropped = await it.evaluateHandle(text => {
      const data = new DataTransfer();
      data.items.add(new File([text], 'maps'));
      return data;
    }, maps);
    await it.locator('pf-compare section').dispatchEvent('drop', { dataTransfer: dropped });
    await it.getByText('maps, 3 lines, 1 space at the end').waitFor();
    const rows = it.locator('table.compare').first().locator('tbody tr');
    same(await rows.count(), candidates.length);
    for (const [index, { figures, inexact }] of candidates.entries()) {
      const cells = await rows.nth(index).locator('td').allTextContents();
      const numbers = [7, 10].map(cell => Number(cells[cell].replace(/\D/g, '')));
      same(numbers, [figures.tables, inexact.count], `row ${index}: ${cells.join('|')}`);
    }
    await it.getByText('1 lines were passed over').waitFor();
    await it.locator('details').first().click();
    ok((await it.locator('details').first().textContent()).includes('misaligned'), 'why it is not exact is not said');

    await it.locator('input[type=file]').setInputFiles({ name: 'none.txt', mimeType: 'text/plain', buffer: Buffer.from('hello\n') });
    await it.getByText('The file is no history').waitFor();
    await it.getByRole('button', { name: 'Back to it' }).click();
    await rows.nth(2).waitFor();
    same(await api('/v1/simulations'), before);
    await it.close();
  },

  async 'keys reach everything, and a frame that is dragged is zoomed into'() {
    const it = await page(`?sim=demo&space=${SPACE}`);
    await shows(it, await end('demo'));
    const state = name => address(it, name);

    await it.keyboard.press(':');
    await it.keyboard.type('100');
    await it.keyboard.press('Enter');
    await shows(it, 100);
    await it.keyboard.press(']');
    await shows(it, 101);
    await it.keyboard.press(':');
    await it.keyboard.type('b 64k-48');
    await it.keyboard.press('Enter');
    same(await state('b'), 'arm64:64k-48');
    await it.keyboard.press('x');
    same([await state('a'), await state('b')], ['arm64:64k-48', null]);
    await it.keyboard.press('x');
    await it.keyboard.press('e');
    await shows(it, await end('demo'));

    const tree = it.locator('pf-tree');
    const all = await it.locator('.treerow').count();
    await tree.focus();
    await it.keyboard.press('ArrowDown');
    await it.locator('.treerow.chosen').waitFor();
    await it.keyboard.press('ArrowLeft');
    await it.waitForFunction(count => document.querySelectorAll('.treerow').length < count, all);
    await it.keyboard.press('ArrowRight');
    await it.waitForFunction(count => document.querySelectorAll('.treerow').length === count, all);

    const heat = it.locator('pf-heat canvas');
    const box = await heat.boundingBox();
    const at = (x, y) => [box.x + 92 + (box.width - 92) * x, box.y + y];
    await it.mouse.move(...at(0.5, 4));
    await it.mouse.down();
    await it.mouse.move(...at(0.6, 12), { steps: 4 });
    ok(/\d+ of \d+ entries in use/.test(await it.locator('pf-heat .readout').textContent()), 'the frame is not counted');
    await it.mouse.up();
    const zoom = await state('zoom');
    const [scale, left] = zoom.split(',').map(Number);
    ok(scale > 1 && left > 200 && left < 300, `the frame led to the zoom ${zoom}`);
    await it.keyboard.press('d');
    ok(Number((await state('zoom')).split(',')[1]) > left, 'd does not pan');
    await it.keyboard.press('0');
    same(await state('zoom'), null);
    await it.mouse.click(...at(0.25, 4));
    const chosen = await state('va');
    ok(/^0x/.test(chosen), 'a click chooses no entry');
    await it.keyboard.press('ArrowRight');
    ok(BigInt(await state('va')) > BigInt(chosen), 'the arrow does not move');
    await it.close();
  },

  async 'the cluster screen shows the nodes, and where each simulation is'() {
    const it = await page('?screen=cluster');
    await it.locator('.placed tbody tr').first().waitFor();
    const { nodes, simulations } = await api('/v1/cluster?hashes=true');
    same(await it.locator('.nodes tbody tr').count(), nodes.length);
    ok((await it.locator('.nodes').textContent()).includes(nodes[0].api), 'the API of the node is not shown');
    const rows = await it.locator('.placed tbody tr').allTextContents();
    same(rows.length, simulations.length);
    simulations.forEach(({ name, hashes }, index) => {
      ok(rows[index].includes(name), `row ${index} is ${rows[index]}, and the server says ${name}`);
      for (const { imageHash } of hashes ?? []) ok(rows[index].includes(imageHash.slice(0, 12)), `the hash of ${name} is not shown`);
    });
    await it.close();
  },

  async 'what a pane offers for a terminal is what the server answers'() {
    const at = Math.floor((await end('demo')) / 2);
    const { regions } = await api(`/v1/simulations/demo/spaces/${SPACE}/regions?at=${at}`);
    const it = await page(`?sim=demo&space=${SPACE}&at=${at}&b=arm64:16k-47&va=${regions[0].range.start}`);
    await shows(it, at);
    await explained(it);
    const paths = [];
    for (const [key, panes] of [['1', 8], ['2', 1], ['3', 2], ['4', 1]]) {
      await it.keyboard.press(key);
      const buttons = it.getByRole('button', { name: 'curl' });
      await it.waitForFunction(count => [...document.querySelectorAll('.copy button')].filter(button => button.textContent === 'curl').length === count, panes);
      for (const button of await buttons.all()) {
        await button.hover();
        const text = await button.getAttribute('title');
        const path = text.match(/^curl .*'https?:\/\/[^/]+([^']+)'$/)[1];
        const body = text.match(/-d '([^']+)'/)?.[1];
        if (body === undefined) {
          const answer = await fetch(server + path);
          same(answer.status, 200, `${text}: ${answer.status}`);
        }
        paths.push(path);
      }
      for (const button of await it.getByRole('button', { name: 'CLI' }).all()) {
        await button.hover();
        ok(/^\.\/pagefold [a-z]/.test(await button.getAttribute('title')), 'no command line');
      }
    }
    ok(new Set(paths).size >= 10, `some panes offer the same: ${paths.join(' ')}`);
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
    await explained(first);

    await address(first, 'at');
    const again = await page(new URL(first.url()).search, await another());
    await shows(again, at - 1);
    await followed(again);
    await explained(again);

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
    for (const [key, landmark] of [['1', '.bench .events'], ['2', 'table.compare tbody tr:nth-child(3)'], ['3', 'pf-plugins h3'], ['4', '.placed tbody tr']]) {
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
    for (const key of [':', '?']) {
      await it.keyboard.press(key);
      await it.locator('dialog[open]').waitFor();
      const { violations } = await it.evaluate(() => window.axe.run('dialog[open]'));
      for (const { id, impact } of violations) if (impact === 'serious' || impact === 'critical') found.push(`dialog ${key}: ${id}`);
      await it.keyboard.press('Escape');
      await it.locator('dialog[open]').waitFor({ state: 'detached' });
    }
    ok(rules > 60, `axe looked at ${rules} rules only`);
    same(found, []);
    await it.close();
  },
};

const signingIn = {
  async 'who has no token is asked for one, and sees the simulations with it'() {
    const it = await page('?sim=demo&va=0x400000');
    await it.locator('#login[open]').waitFor();
    same(await it.locator('.right .outcome').count(), 0);
    await it.locator('#token').fill('nonsense');
    await it.keyboard.press('Enter');
    await it.locator('#login[open]').getByText('The token is not believed').waitFor();
    await it.locator('#token').fill(token);
    await it.locator('#login').getByRole('button', { name: 'Sign in' }).click();
    await it.locator('.right .outcome').waitFor();
    await it.locator('.live').waitFor();
    same(await it.locator('.trouble').count(), 0);
    const stats = await (await fetch(`${server}/v1/simulations/demo/stats`, { headers: { Authorization: `Bearer ${token}` } })).json();
    same((await shown(it)).hash, stats.imageHash);
    ok(!(await it.content()).includes(token) && !it.url().includes(token), 'the token is on the page, or in its address');
    await it.reload();
    await it.locator('.right .outcome').waitFor();
    await it.close();
  },
};

// Whoever waits for this process does not wait for ever; leaving ends the browser, too.
setTimeout(() => {
  console.log('not ok the checks did not end within 170 seconds');
  process.exit(1);
}, 170_000).unref();

let failed = 0;
for (const [name, check] of Object.entries(token === undefined ? checks : signingIn)) {
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
