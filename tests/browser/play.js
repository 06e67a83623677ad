// What Chromium sees of the playground, with either backend: `looks(address)`, as those of look.js. As a program,
// `node play.js CHROMIUM FOLDER` serves a folder that `examples/playground/build.sh` made, and prints one JSON object.
// It judges nothing: that is for tests/browser.rs.
'use strict';

const fs = require('fs');
const http = require('http');
const path = require('path');

/** Waits until the image of what stands in the field is shown. */
const settled = (page) => page.waitForFunction(() => {
  const { url, shown } = document.body.dataset;
  const field = document.getElementById('url').value;
  const busy = document.getElementById('result-frame').classList.contains('busy');
  return !busy && shown && shown === url && url.endsWith(field);
});

/** Opens the page, and collects what it complains about. */
async function open(page, address) {
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  // A refused image is an answer, and browsers call it an error.
  page.on('console', (message) => {
    if (message.type() === 'error' && !/the server responded with a status of 4\d\d/.test(message.text())) complaints.push(message.text());
  });
  await page.goto(address);
  await settled(page);
  return complaints;
}

const seen = (page) => page.evaluate(() => ({
  url: document.getElementById('url').value,
  parts: [...document.querySelectorAll('#parts span')].map((part) => [part.className, part.textContent]),
  result: document.getElementById('result-size').textContent,
  facts: [...document.querySelectorAll('#result-facts span')].map((fact) => fact.textContent),
  error: document.getElementById('result-error').textContent,
  original: [...document.querySelectorAll('#original-facts > span')].map((fact) => fact.textContent),
  notes: document.getElementById('notes').textContent,
  plan: [...document.querySelectorAll('#plan > li')].map((step) => step.innerText.replace(/\s+/g, ' ')),
  requests: document.getElementById('requests').innerText,
  delivery: document.getElementById('delivery').innerText,
  response: document.getElementById('response').innerText,
}));

async function enter(page, url) {
  await page.fill('#url', url);
  await settled(page);
}

/** Replaces the transformation of the URL in the field. */
const transformed = async (page, text) => enter(page, (await page.inputValue('#url')).replace(/tr:[^/]*/, `tr:${text}`));

/** A PNG of one colour, drawn by the browser. */
const drawn = async (page, width, height) => Buffer.from(await page.evaluate(async ([width, height]) => {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  context.fillStyle = 'teal';
  context.fillRect(0, 0, width, height);
  return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
}, [width, height]));

const looks = (address) => ({
  /** The page as it opens, what it says of a URL, and what it makes of suggestions. */
  async play(page) {
    const found = { complaints: await open(page, address) };
    found.first = await seen(page);
    await transformed(page, 'width-300,h-200,foo-1');
    found.ignored = await seen(page);
    await page.click('#notes button');
    await settled(page);
    found.meant = await seen(page);
    await transformed(page, 'w-300,l-image,i-badge.png');
    found.refused = await seen(page);
    return found;
  },

  /** A file that is chosen, and two that are dropped, of which one is for a layer. */
  async files(page) {
    const found = { complaints: await open(page, address) };
    await transformed(page, 'w-50,f-png');
    await page.setInputFiles('#files', { name: 'mine.png', mimeType: 'image/png', buffer: await drawn(page, 200, 100) });
    await page.waitForFunction(() => document.getElementById('result-size').textContent === '50 × 25');
    found.chosen = await seen(page);
    const files = [['mine.png', [...await drawn(page, 120, 120)]], ['logo.png', [...await drawn(page, 10, 10)]]];
    await page.evaluate((files) => {
      const dataTransfer = new DataTransfer();
      for (const [name, bytes] of files) dataTransfer.items.add(new File([new Uint8Array(bytes)], name));
      const event = (kind) => document.body.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
      event('dragover');
      event('drop');
    }, files);
    await page.waitForFunction(() => document.getElementById('result-size').textContent === '50 × 50');
    await transformed(page, 'w-60,f-png,l-image,i-logo.png,l-end');
    found.dropped = await seen(page);
    return found;
  },

  /** A link holds the state. */
  async link(page) {
    const found = { complaints: await open(page, address) };
    await transformed(page, 'n-small');
    await page.evaluate(() => { document.getElementById('settings').open = true; });
    await page.fill('#headers', 'accept: image/png\nx-a: <b>&"ü');
    if (await page.isVisible('#named')) await page.fill('#named', 'small: w-77');
    await settled(page);
    found.here = await seen(page);
    const link = page.url();
    const other = await page.context().newPage();
    found.complaints.push(...await open(other, link));
    found.there = await seen(other);
    found.headers = await other.inputValue('#headers');
    // A link may come to a page that is open.
    await page.click('#reset');
    await settled(page);
    found.reset = await seen(page);
    await other.close();
    return found;
  },

  /** Each example is tried, and shows what it says. */
  async examples(page) {
    const found = { complaints: await open(page, address), tried: {} };
    await page.evaluate(() => document.querySelectorAll('#groups details').forEach((fold) => { fold.open = true; }));
    for (const row of await page.locator('#groups .row').all()) {
      await page.evaluate(() => { delete document.body.dataset.shown; });
      await page.click('#reset');
      await settled(page);
      await page.evaluate(() => { delete document.body.dataset.shown; });
      await row.locator('button').click();
      await settled(page);
      const { url, response, notes, error } = await seen(page);
      const isSet = await row.evaluate((row) => row.classList.contains('set'));
      found.tried[await row.locator('code').textContent()] = { url, response, notes, error, isSet };
    }
    return found;
  },

  /** Controls change the URL, and the URL changes controls. */
  async controls(page) {
    const found = { complaints: await open(page, address) };
    await page.evaluate(() => document.querySelectorAll('#groups details').forEach((fold) => { fold.open = true; }));
    const change = async (work) => {
      const before = await page.inputValue('#url');
      await work();
      await page.waitForFunction((before) => document.getElementById('url').value !== before, before);
      await settled(page);
    };
    await change(() => page.fill('#parameter-q', '40'));
    await change(() => page.check('#parameter-e-grayscale'));
    await change(() => page.selectOption('#parameter-c', 'at_max'));
    found.set = await seen(page);
    await change(() => page.uncheck('#parameter-e-grayscale'));
    await change(() => page.fill('#parameter-q', ''));
    found.unset = await seen(page);
    await transformed(page, 'w-90,o-30');
    found.shown = await page.evaluate(() => ['w', 'o', 'h'].map((key) => document.getElementById(`parameter-${key}`).value));
    await page.fill('#filter', 'shadow');
    found.filtered = await page.locator('#groups .row:visible code').allTextContents();
    return found;
  },

  /** Quick typing: what is shown never goes back, and ends where the typing ended. */
  async typing(page) {
    const found = { complaints: await open(page, address) };
    await transformed(page, 'w-1');
    await page.evaluate(() => {
      window.sizes = [];
      const size = document.getElementById('result-size');
      new MutationObserver(() => { if (size.textContent) window.sizes.push(Number(size.textContent.split(' ')[0])); })
        .observe(size, { childList: true });
      const url = document.getElementById('url');
      const at = url.value.indexOf('w-1') + 3;
      url.focus();
      url.setSelectionRange(at, at);
    });
    // 11, 111, 1112: some while an image is being made, some not.
    for (const [key, rest] of [['1', 10], ['1', 140], ['2', 95], ['Backspace', 30], ['9', 0], [',', 0], ['b', 0], ['l', 0], ['-', 5], ['3', 0]]) {
      await page.keyboard.press(key);
      await page.waitForTimeout(rest);
    }
    await settled(page);
    await page.waitForTimeout(300);
    found.sizes = await page.evaluate(() => window.sizes);
    found.last = await seen(page);
    // An answer that is late by a second, to a question that is old by then.
    if (address.startsWith('http://localhost')) {
      let first = true;
      await page.route('**/answer', async (route) => {
        if (first) {
          first = false;
          await new Promise((done) => { setTimeout(done, 1000); });
        }
        await route.continue().catch(() => {});
      });
    }
    await page.fill('#url', (await page.inputValue('#url')).replace(/tr:[^/]*/, 'tr:w-1000,h-900,bl-90'));
    await transformed(page, 'w-31');
    await page.waitForTimeout(1500);
    found.late = await seen(page);
    return found;
  },

  /** A narrow screen, light and dark; names of controls. */
  async narrow(page) {
    const found = { complaints: [] };
    await page.setViewportSize({ width: 360, height: 740 });
    found.complaints.push(...await open(page, address));
    await page.evaluate(() => {
      document.querySelectorAll('details').forEach((fold) => { fold.open = true; });
    });
    const widths = async () => page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    found.light = await widths();
    await transformed(page, 'w-300,l-text,i-a_long_text_without_any_spaces_that_goes_on_and_on_and_on,l-end,unknown-parameter_of_great_length');
    await page.emulateMedia({ colorScheme: 'dark' });
    found.dark = await widths();
    const color = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    found.background = await color();
    await page.emulateMedia({ colorScheme: 'light' });
    found.lightBackground = await color();
    found.unnamed = await page.evaluate(() => [...document.querySelectorAll('input, select, textarea, button')].filter((control) => {
      const label = control.labels?.[0]?.textContent || control.getAttribute('aria-label') || control.textContent;
      return !label.trim() && control.type !== 'file';
    }).map((control) => control.outerHTML));
    return found;
  },
});

/** Takes the looks, each in a fresh profile. */
async function take(browser, all, deadline) {
  const found = {};
  for (const [name, look] of Object.entries(all)) {
    const context = await browser.newContext({ viewport: null, acceptDownloads: true });
    const page = await context.newPage();
    page.setDefaultTimeout(deadline / 2);
    const late = new Promise((_, fail) => { setTimeout(() => fail(new Error('too slow')), deadline).unref(); });
    const start = Date.now();
    found[name] = await Promise.race([look(page), late]).catch((error) => ({ error: String(error.stack) }));
    console.error(`${name}: ${Date.now() - start} ms`);
    await context.close();
  }
  return found;
}

/** Serves the files of a folder. */
function serve(folder) {
  const types = { html: 'text/html', css: 'text/css', js: 'text/javascript', wasm: 'application/wasm', jpg: 'image/jpeg', png: 'image/png' };
  const server = http.createServer((request, response) => {
    // A URL has no `..` once it is parsed.
    const name = new URL(request.url, 'http://a').pathname.slice(1) || 'index.html';
    const file = path.join(folder, name);
    if (!fs.existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': types[name.split('.').pop()] ?? 'application/octet-stream' });
    return response.end(fs.readFileSync(file));
  });
  return new Promise((done) => { server.listen(0, '127.0.0.1', () => done(server)); });
}

module.exports = { looks, take };

if (require.main === module) {
  (async () => {
    const [executablePath, folder] = process.argv.slice(2);
    const where = process.env.ORIGINKIT_BROWSER || path.join(__dirname, 'node_modules');
    const { chromium } = require(path.join(where, 'playwright-core'));
    const server = await serve(folder);
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
    console.log(JSON.stringify(await take(browser, looks(`http://127.0.0.1:${server.address().port}/`), 120_000)));
    await browser.close();
    server.close();
  })().catch((error) => {
    console.error(error);
    process.exit(1);
  });
}
