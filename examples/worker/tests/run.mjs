// The tests of the Worker: `node --test run.mjs`, where ORIGINKIT_WORKER names the folder that `build.sh` made.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Response } from 'miniflare';
import sharp from 'sharp';
import { DRAWING, start as startOrigin } from './origin.mjs';
import { cached, start } from './worker.mjs';

assert.ok(process.env.ORIGINKIT_WORKER, 'ORIGINKIT_WORKER names the folder that build.sh made');
const folder = path.resolve(process.env.ORIGINKIT_WORKER);
const AS_BROWSERS = { headers: { accept: 'image/avif,image/webp,image/*,*/*;q=0.8' } };
let origin;
before(async () => { origin = await startOrigin(); });
after(() => origin.stop());

/** Starts a Worker for the tests of a group, with the server above as its origin unless `bindings` say otherwise. */
function worker(bindings = {}, options = {}, change = undefined) {
  const running = {};
  before(async () => Object.assign(running, await start(folder, { ORIGINS: origin.base, ...bindings }, options, change)));
  after(() => running.stop());
  return running;
}

/** Puts a module in front of the built one, which it has as `real`, and whose other exports it keeps. */
const wrapped = (text) => (list) => list.flatMap((module) => {
  if (path.basename(module.path) !== 'image_worker.js') return [module];
  const real = { ...module, path: path.join(path.dirname(module.path), 'real.js') };
  return [real, { ...module, contents: `export * from './real.js'; import * as real from './real.js';\n${text}` }];
});

/** The code of an error, without its text. */
const code = (answer) => answer.header('ik-error')?.split(' ')[0];

/** Checks that an answer is an image of this format and size, by another decoder. */
async function isImage(answer, format, width, height) {
  assert.equal(answer.status, 200, answer.body.toString().slice(0, 200));
  assert.equal(answer.header('content-type'), `image/${format}`);
  const seen = await sharp(answer.body).metadata();
  assert.deepEqual([seen.format, seen.width, seen.height], [format, width, height]);
}

describe('images', () => {
  const it = worker();

  test('are resized, in the format that is asked for', async () => {
    await isImage(await it.get('/tr:w-300/photo.jpg'), 'jpeg', 300, 200);
    await isImage(await it.get('/tr:w-200,h-200,f-png/photo.jpg'), 'png', 200, 200);
    await isImage(await it.get('/tr:w-90,f-webp/photo.jpg'), 'webp', 90, 60);
    const chosen = await it.get('/tr:w-301/photo.jpg', AS_BROWSERS);
    await isImage(chosen, chosen.header('content-type').slice('image/'.length), 301, 201);
    assert.match(chosen.header('vary'), /accept/i);
    const pixels = await sharp((await it.get('/tr:w-100,f-png/photo.jpg')).body).raw().toBuffer();
    const wanted = await sharp(origin.files['/photo.jpg']).resize(100).raw().toBuffer();
    const differences = pixels.map((value, at) => Math.abs(value - wanted[at]));
    assert.ok(Math.max(...differences) < 24, `differs by ${Math.max(...differences)}`);
  });

  test('come from the cache, and so do the files that they are made of', async () => {
    const first = await it.get('/tr:w-250/photo.jpg');
    const asked = origin.count('/photo.jpg');
    const second = await cached(it, '/tr:w-250/photo.jpg');
    assert.deepEqual(second.body, first.body);
    // Another size of a file that is there.
    const other = await it.get('/tr:w-251/photo.jpg');
    await isImage(other, 'jpeg', 251, 167);
    assert.deepEqual([other.outcome, origin.count('/photo.jpg')], ['made', asked]);
    // The keys of the cache are URLs, too.
    for (const url of ['/.originkit/originals/', '/.originkit/renditions/']) {
      assert.equal((await it.get(url + '0'.repeat(64))).status, 404);
    }
  });

  test('that a client has are not sent again', async () => {
    const first = await it.get('/tr:w-260/photo.jpg');
    const again = await it.get('/tr:w-260/photo.jpg', { headers: { 'if-none-match': first.header('etag') } });
    assert.deepEqual([again.status, again.body.length, again.header('etag')], [304, 0, first.header('etag')]);
  });

  test('are asked for as ImageKit does', async () => {
    await it.get('/tr:w-77/large.jpg');
    const { headers } = origin.asked.find((one) => one.path === '/large.jpg');
    assert.equal(headers['x-req-from'], 'imagekit');
    assert.match(headers['user-agent'], /^originkit\//);
    assert.equal(`http://${headers.host}`, origin.base);
    assert.equal(headers['accept-encoding'], 'identity');
  });

  test('have heads of their own, and other methods their answers', async () => {
    const get = await it.get('/tr:w-270/photo.jpg');
    const head = await it.get('/tr:w-270/photo.jpg', { method: 'HEAD' });
    assert.deepEqual([head.status, head.body.length], [200, 0]);
    for (const name of ['content-type', 'etag', 'cache-control']) assert.equal(head.header(name), get.header(name));
    assert.equal((await it.get('/photo.jpg', { method: 'POST', body: 'x' })).status, 405);
    const options = await it.get('/photo.jpg', { method: 'OPTIONS' });
    assert.equal(options.outcome, 'options');
  });

  test('that were sent compressed are decompressed once', async () => {
    for (const coding of ['gzip', 'brotli', 'deflate']) {
      const drawing = await it.get(`/${coding}.svg`);
      assert.equal(drawing.status, 200, `${coding}: ${drawing.body}`);
      assert.equal(drawing.header('content-type'), 'image/svg+xml');
      assert.equal(drawing.header('content-encoding'), null);
      assert.equal(drawing.body.toString().match(/<rect/g)?.length, DRAWING.match(/<rect/g).length, coding);
      await isImage(await it.get(`/tr:w-40,f-png/${coding}.svg`), 'png', 40, 30);
    }
  });

  test('that do not exist or cannot be fetched are errors', async () => {
    for (const [file, wanted, isFresh] of [
      ['/missing.jpg', 'ENOENT', true], ['/broken.jpg', 'ECONNREFUSED', false], ['/cut.jpg', 'UNIDENTIFIED', false],
    ]) {
      const answer = await it.get(`/tr:w-50${file}`);
      assert.deepEqual([answer.status, code(answer), answer.outcome], [404, wanted, 'failed'], file);
      assert.equal(answer.header('cache-control').includes('no-store'), !isFresh, file);
      assert.ok(origin.count(file) > 0, file);
    }
    assert.equal((await it.get('/tr:w-50,l-image/photo.jpg')).status, 400);
    await isImage(await it.get('/tr:w-50/near.jpg'), 'jpeg', 50, 33);
  });

  test('whose origin is slow end by their limits', { timeout: 30_000 }, async () => {
    const timed = async (file) => {
      const begun = performance.now();
      const answer = await it.get(`/tr:w-50${file}`);
      return [file, [answer.status, code(answer), answer.header('cache-control')], performance.now() - begun];
    };
    const seen = await Promise.all(['/hanging.jpg', '/stalling.jpg', '/slow.jpg', '/endless.jpg'].map(timed));
    // Nothing for five seconds; less than a kilobyte a second after five; ten in all.
    const limits = { '/hanging.jpg': 5, '/stalling.jpg': 5, '/slow.jpg': 6, '/endless.jpg': 10 };
    for (const [file, told, took] of seen) {
      assert.deepEqual(told, [404, 'ECONNREFUSED', 'no-store'], file);
      const late = took / 1000 - limits[file];
      assert.ok(late > -0.2 && late < 2, `${file} took ${took} ms`);
      // The connection is not kept.
      for (let tries = 0; tries < 20 && !origin.closed.includes(file); tries += 1) {
        await new Promise((done) => setTimeout(done, 50));
      }
      assert.ok(origin.closed.includes(file), `${file} is still open`);
    }
  });
});

describe('other hosts', () => {
  const asked = [];
  let file;
  before(() => { file = origin.files['/photo.jpg']; });
  // Every request that leaves the Worker comes here, and each is answered with an image, or by a redirect.
  const outboundService = (request) => {
    const url = new URL(request.url);
    asked.push(url.href);
    const to = url.host === 'origin.example' ? url.searchParams.get('to') : null;
    if (to) return new Response(null, { status: 302, headers: { location: to } });
    return new Response(file, { headers: { 'content-type': 'image/jpeg' } });
  };
  const it = worker({ ORIGINS: 'http://origin.example' }, { outboundService });

  test('are not fetched from, by redirects or by URLs', async () => {
    await isImage(await it.get('/tr:w-30/plain.jpg'), 'jpeg', 30, 20);
    // The host of an origin may be asked by the other scheme, too.
    for (const to of ['http://origin.example/next.jpg', 'https://origin.example/next.jpg', '/next.jpg']) {
      await isImage(await it.get(`/tr:w-30/stays.jpg?to=${encodeURIComponent(to)}`), 'jpeg', 30, 20);
    }
    for (const to of [
      'http://elsewhere.example/a.jpg', 'https://elsewhere.example/a.jpg',
      '//elsewhere.example/a.jpg', 'http://origin.example.elsewhere.example/a.jpg', 'http://93.184.215.14/a.jpg',
      'http://[2606:4700::1]/a.jpg', 'http://0.0.0.0/a.jpg', 'http://127.0.0.1/a.jpg', 'http://2130706433/a.jpg',
      'http://localhost/a.jpg', 'http://169.254.169.254/a.jpg',
    ]) {
      const answer = await it.get(`/tr:w-31/away.jpg?to=${encodeURIComponent(to)}`);
      assert.equal(answer.status, 404, to);
    }
    for (const url of ['/tr:w-32/https://elsewhere.example/a.jpg', '/https://elsewhere.example/a.jpg']) {
      const answer = await it.get(url);
      // It is a path of the origin, like any other.
      await isImage(answer, 'jpeg', ...(url.includes('w-32') ? [32, 21] : [1200, 800]));
    }
    const layer = await it.get('/tr:w-33,l-image,i-https:@@elsewhere.example@a.jpg,w-9,l-end/plain.jpg');
    assert.equal(layer.status, 200);
    const hosts = new Set(asked.map((url) => new URL(url).host));
    assert.deepEqual([...hosts], ['origin.example'], asked.join('\n'));
    assert.ok(asked.length > 14, `${asked.length} requests to the origin`);
  });
});

describe('signed URLs', () => {
  const it = worker({ SIGNING_KEY: 'a key', SIGNED_ONLY: 'true' });
  const sign = (path, key) => crypto.createHmac('sha1', key).update(`${path}9999999999`).digest('hex');

  test('are served, and no others', async () => {
    const path = 'tr:w-60/photo.jpg';
    await isImage(await it.get(`/${path}?ik-s=${sign(path, 'a key')}`), 'jpeg', 60, 40);
    for (const query of ['', `?ik-s=${sign(path, 'another')}`, `?ik-s=${sign('tr:w-61/photo.jpg', 'a key')}`]) {
      assert.equal((await it.get(`/${path}${query}`)).status, 401, query);
    }
  });
});

describe('access rules', () => {
  const it = worker({ BLOCK_COUNTRIES: 'AQ BV', BLOCK_ADDRESSES: '203.0.113.0/24' });

  test('know the country and the address of a client', async () => {
    assert.equal((await it.get('/tr:w-40/photo.jpg', { cf: { country: 'AQ' } })).status, 403);
    await isImage(await it.get('/tr:w-40/photo.jpg', { cf: { country: 'AT' } }), 'jpeg', 40, 27);
    const from = (address) => ({ headers: { 'cf-connecting-ip': address } });
    assert.equal((await it.get('/tr:w-40/photo.jpg', from('203.0.113.9'))).status, 403);
    await isImage(await it.get('/tr:w-40/photo.jpg', from('192.0.2.9')), 'jpeg', 40, 27);
  });
});

test('errors of the configuration are told to the log only', async () => {
  for (const [bindings, told] of [
    [{ ENDPOINT: '' }, /ENDPOINT is missing/], [{}, /origin/i], [{ ORIGINS: 'ftp://a.example' }, /ftp:\/\/a\.example/],
    [{ ORIGINS: 'http://192.0.2.1' }, /192\.0\.2\.1/], [{ ORIGINS: 'http://3221225985' }, /3221225985/],
    [{ ORIGINS: 'http://a.example', SIGNED_ONLY: 'yes' }, /SIGNED_ONLY/],
    [{ ORIGINS: 'http://a.example', SIGNED_ONLY: 'true' }, /key/],
    [{ ORIGINS: 'http://a.example', BLOCK_COUNTRIES: 'Austria' }, /Austria/],
  ]) {
    const it = await start(folder, bindings);
    const answers = [await it.get('/photo.jpg'), await it.get('/photo.jpg')];
    await it.stop();
    for (const { status, body } of answers) {
      assert.deepEqual([status, body.toString()], [500, 'This server is not configured.']);
    }
    assert.match(it.said.join(''), told);
  }
});

describe('after a fault', () => {
  // The module as it is, but for one URL at which it fails as it does without memory.
  const it = worker({}, {}, wrapped(`export const fetch = async (request, env, context) => {
      if (request.url.endsWith('/fault')) throw new WebAssembly.RuntimeError('unreachable');
      return real.fetch(request, env, context);
    };
    export const __wbg_reset_state = () => { console.log('RESET'); real.__wbg_reset_state(); };`));

  test('there is a new instance', async () => {
    await isImage(await it.get('/tr:w-35/photo.jpg'), 'jpeg', 35, 23);
    assert.equal((await it.get('/fault').catch(() => ({ status: 500 }))).status, 500);
    await isImage(await it.get('/tr:w-36/photo.jpg'), 'jpeg', 36, 24);
    await isImage(await it.get('/tr:w-37/photo.jpg'), 'jpeg', 37, 25);
    assert.equal(it.said.join('').match(/RESET/g)?.length, 1);
  });
});

describe('time', () => {
  // The module as it is, and the size of its memory after each answer.
  const it = worker({}, {}, wrapped(`let exports;
    export const initSync = (options) => exports = real.initSync(options);
    export const fetch = async (...args) => {
      const answer = await real.fetch(...args);
      const headers = { 'x-memory': exports.memory.buffer.byteLength, ...Object.fromEntries(answer.headers) };
      return new Response(answer.body, { status: answer.status, headers });
    };`));
  const RENDERS = 20;

  /** The median of answers whose files are in the cache, in milliseconds, and the memory of the module in MiB. */
  const measure = async (url) => {
    const times = [];
    let memory = 0;
    for (let number = 0; number < RENDERS; number += 1) {
      const begun = performance.now();
      const answer = await it.get(url(number));
      times.push(performance.now() - begun);
      assert.equal(answer.status, 200, answer.body.toString().slice(0, 200));
      memory = Number(answer.header('x-memory')) >> 20;
    }
    return `${times.sort((a, b) => a - b)[RENDERS / 2].toFixed(1)} ms, memory of the module ${memory} MiB`;
  };

  test('of an answer', { timeout: 300_000 }, async (t) => {
    for (const [name, width, more, file] of [
      ['JPEG of 1 megapixel to JPEG', 400, '', '/photo.jpg'], ['to PNG', 400, ',f-png', '/photo.jpg'],
      ['to WebP', 400, ',f-webp', '/photo.jpg'], ['JPEG of 6 megapixels to JPEG', 400, '', '/large.jpg'],
      ['JPEG of 6 megapixels to JPEG', 1600, '', '/large.jpg'], ['JPEG of 6 megapixels to JPEG', 2400, '', '/large.jpg'],
    ]) {
      await cached(it, `/tr:w-${width - 1}${more}${file}`);
      t.diagnostic(`${name}, ${width} wide: ${await measure((number) => `/tr:w-${width + number}${more}${file}`)}`);
    }
    t.diagnostic(`from the cache: ${await measure(() => '/tr:w-399/photo.jpg')}`);
  });
});
