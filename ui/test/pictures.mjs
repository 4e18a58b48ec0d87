// Takes the pictures of the README from a running ./pagefold demo: node ui/test/pictures.mjs MODULES CHROMIUM SERVER OUT
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const [modules, executablePath, server, out] = process.argv.slice(2);
const { chromium } = createRequire(join(resolve(modules), 'package.json'))('playwright-core');
const SPACE = '17406';

const browser = await chromium.launch({ executablePath, headless: true, args: ['--no-sandbox', '--disable-gpu'] });
const picture = async (name, query, colorScheme, height, ready) => {
  const page = await browser.newPage({ viewport: { width: 1600, height }, colorScheme });
  await page.goto(server + query);
  await ready(page);
  await page.evaluate(async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
  });
  await page.screenshot({ path: join(out, `${name}.png`) });
  await page.close();
};

const at = 1470;
const { regions } = await (await fetch(`${server}/v1/simulations/demo/spaces/${SPACE}/regions?at=${at}`)).json();
const code = regions.filter(it => it.attributes.permissions.includes('x')).sort((x, y) => Number(BigInt(y.range.size) - BigInt(x.range.size)))[0];
const va = '0x' + (BigInt(code.range.start) + 0x5000n).toString(16);

await picture('workbench', `/?sim=demo&space=${SPACE}&at=${at}&b=arm64:64k-48&va=${va}`, 'dark', 1010, async page => {
  await page.getByText('in the past').waitFor();
  await page.locator('.why').waitFor();
});
await picture('page-sizes', `/?sim=demo&space=${SPACE}&screen=compare&with=arm64:16k-47,arm64:64k-48`, 'light', 620, async page => {
  await page.locator('table.compare').first().locator('tbody tr').nth(2).waitFor();
});
await picture('plugins', '/?sim=demo&screen=plugins', 'dark', 620, async page => {
  await page.getByLabel('widen what does not fit').check();
  await page.locator('pf-plugins select').selectOption('arm64:64k-48');
  await page.getByRole('button', { name: 'Dry run' }).click();
  await page.getByText('Possible.').waitFor();
});
await picture('cluster', '/?sim=demo&screen=cluster', 'light', 420, async page => {
  await page.locator('.placed tbody tr').first().waitFor();
});
await browser.close();
