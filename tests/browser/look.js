// What Chromium sees of the example `serve`: `node look.js CHROMIUM ORIGIN PORT [AVIF_PORT]`, one JSON object.
// The second port is that of one more `serve`, which offers AVIF.
// It judges nothing: that is for tests/browser.rs.
'use strict';

const path = require('path');
const fs = require('fs');
const play = require('./play.js');
const where = process.env.ORIGINKIT_BROWSER || path.join(__dirname, 'node_modules');
const { chromium } = require(path.join(where, 'playwright-core'));

const [executablePath, origin, port, avifPort] = process.argv.slice(2);
// Two origins to a browser, one server: what a page at one loads from the other is foreign to it.
const site = `http://localhost:${port}`;
const foreign = `http://127.0.0.1:${port}`;

// A page of ours that asks for nothing and forbids nothing: a few facts as JSON.
const blank = `${site}/info/photo.jpg`;

const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
  // A dense screen, of the browser itself: nothing is emulated.
  '--force-device-scale-factor=2',
];
const DEADLINE = 120_000;

/** Loads an image as any page does, and tells its size; `null` if it is none. */
const size = (page, url) => page.evaluate((url) => new Promise((done) => {
  const image = new Image();
  image.onload = () => done([image.naturalWidth, image.naturalHeight]);
  image.onerror = () => done(null);
  image.src = url;
}), url);

/** The size of a file in pixels, whatever headers it came with; `null` if it is no image. */
const pixels = async (page, response) => page.evaluate(async (bytes) => {
  const image = await createImageBitmap(new Blob([new Uint8Array(bytes)])).catch(() => null);
  return image && [image.width, image.height];
}, [...await response.body()]);

/** Loads an image, and tells what went over the wire, too: status, and headers of both sides. */
async function exchange(page, url) {
  const wanted = (response) => response.url() === url && response.request().resourceType() === 'image';
  const [response, seen] = await Promise.all([page.waitForResponse(wanted), size(page, url)]);
  return { size: seen, status: response.status(), ...await headers(response) };
}

// Those of the answer as the page has them: an image that the browser knows already may be confirmed by a 304, which
// says less.
const headers = async (response) => ({
  asked: await response.request().allHeaders(), answered: response.headers(),
});

const looks = {
  /** `<img>` with the browser's own `Accept`. */
  async images(page) {
    await page.goto(blank);
    const found = {};
    for (const url of [
      'tr:w-300,h-300/photo.jpg', 'tr:w-240/badge.png', 'tr:w-200/sideways.jpg', 'tr:w-300,f-jpg/photo.jpg',
      'tr:w-120,f-png/photo.jpg', 'tr:w-160,rt-90/photo.jpg', 'tr:n-thumb/photo.jpg', 'photo.jpg?tr=w-90,h-50',
      'tr:orig-true/photo.jpg', 'tr:w-auto,dpr-auto/badge.png', 'tr:w-50/missing.jpg', 'tr:w-50,l-image/photo.jpg',
    ]) {
      found[url] = await exchange(page, `${site}/demo/${url}`);
    }
    return found;
  },

  /** An image that the browser has, and asks for again as for a reload. */
  async again(page) {
    await page.goto(blank);
    const url = `${site}/demo/tr:w-77/photo.jpg`;
    const read = async (cache) => {
      const [response, seen] = await Promise.all([
        page.waitForResponse((response) => response.url() === url),
        page.evaluate(async ([url, cache]) => {
          const response = await fetch(url, { cache });
          return { status: response.status, length: (await response.arrayBuffer()).byteLength };
        }, [url, cache]),
      ]);
      // What went over the wire, where a 304 has neither type nor length.
      return { seen, asked: await response.request().allHeaders(), answered: await response.allHeaders() };
    };
    return { first: await read('default'), reload: await read('no-cache') };
  },

  /** The same where AVIF is offered. */
  async avif(page) {
    if (!avifPort) return null;
    return exchange(page, `http://localhost:${avifPort}/demo/tr:w-300/photo.jpg`);
  },

  /** A page that asks for hints, with images of widths that the browser knows, or not. */
  async hints(page) {
    const heard = [];
    page.on('response', (response) => heard.push(response));
    const answer = await page.goto(`${site}/`);
    // Where there is no `sizes`, Chromium takes the width of the attribute only while it parses a page. So this is one, at
    // the same site.
    const markup = [
      '<img id="exact" sizes="150px" width="150" src="/demo/tr:w-auto/photo.jpg">',
      '<img id="rounded" sizes="106px" width="106" src="/demo/tr:w-auto,dpr-auto/photo.jpg">',
      '<img id="half" sizes="50vw" style="width: 50vw" src="/demo/tr:w-auto/photo.jpg?half">',
      '<img id="dense" width="120" src="/demo/tr:w-120,dpr-auto/photo.jpg">',
      '<img id="sized" width="150" src="/demo/tr:w-auto/badge.png">',
      '<img id="unsized" src="/demo/tr:w-auto/badge.png?unsized">',
    ];
    await page.route(`${site}/hints`, async (route) => route.fulfill({
      headers: { 'content-type': 'text/html', 'accept-ch': (await answer.allHeaders())['accept-ch'] },
      body: `<!doctype html>${markup.join('')}`,
    }));
    await page.goto(`${site}/hints`);
    const images = await page.$$eval('img', (images) => images.map((image) => (
      { id: image.id, url: image.src, size: [image.naturalWidth, image.naturalHeight] })));
    const found = { page: await answer.allHeaders(), window: await page.evaluate(() => innerWidth) };
    // Read elsewhere: this page lets no script read its files.
    const reader = await page.context().newPage();
    for (const { id, url, size } of images) {
      const response = heard.find((response) => response.url() === url);
      found[id] = { size, status: response.status(), pixels: await pixels(reader, response), ...await headers(response) };
    }
    await reader.close();
    return found;
  },

  /** Links to files that are to be saved. */
  async downloads(page) {
    await page.goto(blank);
    const found = {};
    for (const url of [
      'tr:w-60/photo.jpg?ik-attachment=true', 'tr:w-60,f-png/photo.jpg?ik-attachment=true&ik-attachment-filename=dusk',
      'tr:w-60/photo.jpg?ik-attachment=true&ik-attachment-filename=Gr%C3%BC%C3%9Fe%20%E6%97%A5%E6%9C%AC.jpg',
      'tr:w-60/photo.jpg?ik-attachment=true&ik-attachment-filename=a%20%22b%22%3B%20100%25.jpg',
    ]) {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.evaluate((url) => { location.href = url; }, `${site}/demo/${url}`),
      ]);
      const file = fs.readFileSync(await download.path());
      found[url] = { name: download.suggestedFilename(), start: file.toString('latin1', 0, 12) };
    }
    return found;
  },

  /** A drawing with a script, opened and framed: from its origin, as a control, and from us. */
  async scripts(page) {
    const said = [];
    page.on('console', (message) => said.push(message.text()));
    const found = {};
    for (const [name, url] of Object.entries({
      control: `${origin}/scripted.svg`,
      clean: `${site}/demo/scripted.svg`,
      original: `${site}/demo/tr:orig-true/scripted.svg`,
    })) {
      said.length = 0;
      const answer = await page.goto(url);
      const text = await answer.text();
      await page.goto(`${origin}/frame?${url}`);
      // A frame of another site is another process: what it says may come late. A script either runs or is blocked
      // aloud, twice, and where there is none nothing is said.
      const expected = text.includes('<script') ? 2 : 0;
      for (let tries = 0; tries < 100 && said.length < expected; tries += 1) await page.waitForTimeout(50);
      await page.waitForTimeout(100);
      found[name] = { text, said: [...said], ...await headers(answer) };
    }
    await page.goto(blank);
    found.image = await exchange(page, `${site}/demo/scripted.svg`);
    return found;
  },

  /** `fetch()` across origins: from us, and from a server that does not allow it. */
  async foreign(page) {
    await page.goto(blank);
    const read = (url, options) => page.evaluate(async ([url, options]) => {
      try {
        const response = await fetch(url, options);
        const image = await createImageBitmap(await response.blob()).catch(() => null);
        return { status: response.status, size: image && [image.width, image.height] };
      } catch (error) {
        return { failed: String(error) };
      }
    }, [url, options]);
    // An image that may be drawn on a canvas and read back.
    const canvas = (url) => page.evaluate((url) => new Promise((done) => {
      const image = new Image();
      image.crossOrigin = 'anonymous';
      image.onerror = () => done('not loaded');
      image.onload = () => {
        const context = new OffscreenCanvas(1, 1).getContext('2d');
        context.drawImage(image, 0, 0);
        done(context.getImageData(0, 0, 1, 1).data.length);
      };
      image.src = url;
    }), url);
    const image = `${foreign}/demo/tr:w-80/photo.jpg`;
    return {
      plain: await read(image, {}),
      // A header that is not harmless: the browser asks first, by OPTIONS.
      preflight: await read(image, { headers: { 'x-of-a-page': '1' } }),
      missing: await read(`${foreign}/demo/missing.jpg`, {}),
      control: await read(`${origin}/photo.jpg`, {}),
      canvas: await canvas(image),
      canvasControl: await canvas(`${origin}/photo.jpg`),
    };
  },
};

(async () => {
  const browser = await chromium.launch({ executablePath, args: flags });
  const all = { ...looks, ...play.looks(`${site}/`) };
  // It takes a minute, so that it is for who works on the page.
  if (!process.env.ORIGINKIT_PLAYGROUND) delete all.examples;
  const found = { version: browser.version(), ...await play.take(browser, all, DEADLINE) };
  await browser.close();
  console.log(JSON.stringify(found));
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
