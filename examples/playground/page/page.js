// The page's state, and the way from a keystroke to an image.
'use strict';

const ACCEPT = 'accept: image/avif,image/webp,image/*,*/*;q=0.8';
const FIELDS = { url: 'u', headers: 'h', endpoints: 'e', named: 'n', dialect: 'd' };
/** How long the keyboard rests before an image is made, in milliseconds. */
const REST = 90;

const isServer = document.querySelector('meta[name=backend]').content === 'http';
const latest = { edit: new Latest(), explain: new Latest(), original: new Latest(), render: new Latest() };
let explainer, renderer, rows, defaults;
/** Files that were chosen, or the sample. Empty where a server fetches the image itself. */
let files = [];
/** The original as `inspect` has it, and the address that a server's was fetched from. */
let original = { info: null, address: null, bytes: null };
let inBase = new Set();

const state = () => Object.fromEntries(Object.keys(FIELDS).map((field) => [field, $(field).value]));

function restore(values) {
  for (const field of Object.keys(FIELDS)) $(field).value = values[field] ?? defaults[field];
}

/** The state in the fragment of the address, which no server sees; what is as it was at first is left out. */
function fragment() {
  const values = new URLSearchParams();
  for (const [field, short] of Object.entries(FIELDS)) {
    if ($(field).value !== defaults[field]) values.set(short, $(field).value);
  }
  return values.toString();
}

function fromFragment() {
  const values = new URLSearchParams(location.hash.slice(1));
  restore(Object.fromEntries(Object.entries(FIELDS).map(([field, short]) => [field, values.get(short) ?? undefined])));
}

/** An address below a server's endpoint is complete only with the server. */
function question() {
  const asked = state();
  if (asked.url.startsWith('/')) asked.url = location.origin + asked.url;
  const { info } = original;
  const source = info && { width: info.width, height: info.height, orientation: info.orientation, alpha: info.alpha };
  return { ...asked, source };
}

/** Says on the page what failed. */
function fail(error) {
  console.warn(error);
  $('notes').replaceChildren(el('p', {}, error.message));
  $('notes').hidden = false;
}

/** Everything that follows from the state: the explanation at once, the image when the keyboard rests. */
async function update() {
  const hash = fragment();
  history.replaceState(null, '', hash ? `#${hash}` : location.pathname + location.search);
  await explain();
  const answer = await latest.render.run(async (signal) => {
    await new Promise((resolve) => { setTimeout(resolve, REST); });
    if (signal.aborted) return undefined;
    $('result-frame').classList.add('busy');
    if (isServer && !files.length) await fetchOriginal();
    if (signal.aborted) return undefined;
    const { url } = question();
    return makeResult(signal).then((result) => ({ ...result, url }), (error) => ({ failed: error.message, url }));
  });
  if (answer) showResult(answer);
}

async function explain() {
  const asked = { ask: 'explain', ...question() };
  const { answer } = await latest.explain.run((signal) => explainer.ask(asked, [], signal)).catch((error) => (
    { answer: { refused: error.message, parts: [{ text: asked.url, kind: 'path' }] } })) ?? {};
  if (!answer) return;
  document.body.dataset.url = asked.url;
  showParts(answer.parts ?? []);
  showNotes(answer, use);
  showPlan(answer, Boolean(asked.source));
  showRequests(answer);
  showDelivery(answer);
  showValues(answer.parts ?? []);
  explained = answer;
}
let explained = {};

/** Puts the values of the URL into the controls. */
function showValues(parts) {
  const values = new Map();
  parts.forEach((part) => {
    // The control of one that may stand outside layers is for there.
    if (part.kind === 'parameter' && inBase.has(part.key) === (part.layers === 0)) values.set(part.key, part.value);
    if (part.kind === 'query') {
      const [name, value = ''] = part.text.split(/=(.*)/s);
      values.set(name, value);
    }
  });
  const inQuery = parts.findIndex((part) => part.text === 'tr=');
  if (inQuery >= 0) {
    const rest = parts.slice(inQuery + 1);
    const end = rest.findIndex((part) => part.text === '&');
    values.set('tr', rest.slice(0, end < 0 ? undefined : end).map((part) => part.text).join(''));
  }
  for (const [key, row] of rows) row.show(values.has(key) ? decoded(values.get(key)) : null);
}

/** Loads the original of a server's URL, once for each file. */
async function fetchOriginal() {
  const { endpoint, asset } = explained;
  if (!endpoint) return;
  const address = `${sameOrigin(endpoint)}/tr:orig-true/${asset}`;
  if (address === original.address) return;
  await latest.original.run(async (signal) => {
    const response = await fetch(address, { signal });
    const loaded = new Uint8Array(await response.arrayBuffer());
    await setOriginal(response.ok ? { name: asset, bytes: loaded } : null, address, signal);
  }).catch((error) => fail(error));
}

/** The address at the host of this page: the server has several names, and a page may read its own only. */
const sameOrigin = (url) => url.replace(/^[a-z]+:\/\/[^/?#]*/i, location.origin);

async function setOriginal(file, address, signal) {
  const inspected = file && await renderer.ask({ ask: 'inspect' }, [file], signal).catch((error) => {
    if (signal?.aborted) throw error;
    return null;
  });
  original = { info: inspected?.answer ?? null, address, bytes: file?.bytes ?? null };
  showImage($('original'), file?.bytes);
  showOriginal(original.info, file ? file.name : '');
  if (file && !original.info) $('original-facts').textContent = `${bytes(file.bytes.length)}, no image that is read here`;
  await explain();
}

/** A header that a page may send; a browser sets others by itself. */
const settable = ([name]) => !/^(sec-|proxy-)|^(user-agent|host|origin|cookie|accept-encoding|referer)$/i.test(name);

/** Asks for the result: of files from the module or the server, or the server's own image as any `<img>` would. */
async function makeResult(signal) {
  const asked = question();
  if (files.length) {
    const { answer, image, milliseconds: time, heap } = await renderer.ask({ ask: 'render', ...asked }, files, signal);
    return { ...answer, image, time, heap };
  }
  const headers = asked.headers.split('\n').filter((line) => line.includes(':')).map((line) => line.split(/:\s*(.*)/s));
  const start = performance.now();
  const response = await fetch(sameOrigin(asked.url), { signal, cache: 'no-store', headers: headers.filter(settable).map(([n, v]) => [n, v]) });
  const image = new Uint8Array(await response.arrayBuffer());
  const time = performance.now() - start;
  const cost = original.bytes && response.ok
    ? await renderer.ask({ ask: 'cost', ...asked }, [{ name: 'original', bytes: original.bytes }], signal).catch(() => null) : null;
  return { status: response.status, headers: [...response.headers], image, time, memory: cost?.answer.memory ?? null };
}

let shown = new Map();
/** Shows bytes as an image, whatever their type; the browser finds that out. */
function showImage(image, data, type) {
  URL.revokeObjectURL(shown.get(image));
  image.hidden = !data;
  if (!data) return Promise.resolve(false);
  const isSvg = /^\s*<(\?xml|svg|!--)/.test(new TextDecoder().decode(data.subarray(0, 200)));
  const address = URL.createObjectURL(new Blob([data], { type: type ?? (isSvg ? 'image/svg+xml' : '') }));
  shown.set(image, address);
  image.src = address;
  return image.decode().then(() => true, () => false);
}

let newest = null;
async function showResult(result) {
  newest = result;
  const { status, headers, image, time, heap, memory, failed, url } = result;
  const frame = $('result-frame');
  const isImage = !failed && status === 200;
  const type = headers?.find(([name]) => name === 'content-type')?.[1];
  const seen = await showImage($('result'), isImage ? image : null, type);
  // A large image is decoded for a while, and another one may have come meanwhile.
  if (newest !== result) return;
  $('result-error').hidden = seen;
  const error = failed ?? (status === 200 ? 'This browser does not show the file.' : new TextDecoder().decode(image));
  $('result-error').textContent = seen ? '' : `${status ? `${status}  ` : ''}${error}`;
  $('result-size').textContent = seen ? `${$('result').naturalWidth} × ${$('result').naturalHeight}` : '';
  frame.classList.remove('busy');
  const share = original.info && isImage ? ` (${(image.length / original.info.bytes * 100).toFixed(1)} %)` : '';
  const facts = failed ? [] : [type?.replace('image/', '').toUpperCase(), `${bytes(image.length)}${share}`,
    Number.isFinite(time) ? milliseconds(time) : null, memory ? `${bytes(memory)} of memory at most` : null];
  $('result-facts').replaceChildren(...facts.filter(Boolean).map((fact) => el('span', {}, fact)));
  if (heap) $('result-facts').title = `The module holds ${bytes(heap)}`;
  showHeaders($('response'), failed ? [] : [['status', String(status)], ...headers]);
  $('response-card').hidden = Boolean(failed);
  document.body.dataset.shown = url;
}

function use(url) {
  $('url').value = isServer ? url.replace(location.origin, '') : url;
  update();
}

/** Changes the URL by a question to the crate, which knows its syntax. */
async function edit(change) {
  const found = await latest.edit.run((signal) => explainer.ask({ ask: 'edit', ...question(), ...change }, [], signal)).catch(fail);
  if (!found) return;
  use(found.answer.url);
}

const set = ({ key }, value) => edit({ key, value });
const example = ({ key, example: value, in_query: inQuery }) => edit(inQuery ? { key, value } : { transformation: value });

async function chooseFiles(list) {
  const loaded = await Promise.all([...list].map(async (file) => (
    { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })));
  if (!loaded.length) return;
  files = loaded;
  await setOriginal(files[0], null);
  update();
}

async function useSample() {
  files = [];
  if (isServer) {
    original = { info: null, address: null, bytes: null };
  } else {
    const load = async (name) => ({ name, bytes: new Uint8Array(await (await fetch(name)).arrayBuffer()) });
    files = await Promise.all(['photo.jpg', 'badge.png'].map(load));
    await setOriginal(files[0], null);
  }
  update();
}

async function copy(text, what) {
  const done = await navigator.clipboard.writeText(text).then(() => true, () => false);
  $('copied').textContent = done ? `${what} copied` : 'The browser does not allow that; copy from the address bar';
  setTimeout(() => { $('copied').textContent = ''; }, 3000);
}

function listen() {
  for (const field of Object.keys(FIELDS)) $(field).addEventListener('input', update);
  // A line break ends nothing here: it is no character of a URL.
  $('url').addEventListener('keydown', (event) => { if (event.key === 'Enter') event.preventDefault(); });
  $('url').addEventListener('input', () => {
    if (/[\r\n]/.test($('url').value)) $('url').value = $('url').value.replace(/[\r\n]+/g, '');
  });
  $('copy-url').onclick = () => copy(question().url, 'URL');
  $('copy-link').onclick = () => copy(location.href, 'Link');
  $('reset').onclick = () => { restore({}); useSample(); };
  $('choose').onclick = () => $('files').click();
  $('files').onchange = () => { chooseFiles($('files').files); $('files').value = ''; };
  $('sample').onclick = useSample;
  $('filter').oninput = () => {
    const words = $('filter').value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows.values()) row.element.hidden = !words.every((word) => row.words.includes(word));
    for (const fold of $('groups').children) {
      fold.hidden = [...fold.querySelectorAll('.row')].every((row) => row.hidden);
      if (words.length) fold.open = true;
    }
  };
  const cover = $('drop-cover');
  const hasFiles = (event) => event.dataTransfer?.types.includes('Files');
  addEventListener('dragover', (event) => { if (hasFiles(event)) { event.preventDefault(); cover.hidden = false; } });
  addEventListener('dragleave', (event) => { if (!event.relatedTarget) cover.hidden = true; });
  addEventListener('drop', (event) => {
    cover.hidden = true;
    if (!hasFiles(event)) return;
    event.preventDefault();
    chooseFiles(event.dataTransfer.files);
  });
  addEventListener('paste', (event) => { if (event.clipboardData?.files.length) chooseFiles(event.clipboardData.files); });
  addEventListener('hashchange', () => { fromFragment(); update(); });
}

async function begin() {
  explainer = await (isServer ? HttpBackend : ModuleBackend).start();
  renderer = explainer.beside();
  const { answer } = await explainer.ask({ ask: 'start' }, []);
  inBase = new Set(answer.parameters.filter((it) => it.in_base).map((it) => it.key));
  rows = showParameters(answer, set, example);
  $('dialect').append(...answer.dialects.map((name) => el('option', { value: name }, name)));
  $('own-endpoints').hidden = isServer;
  if (isServer) $('sample').textContent = "Use the server's image";
  const start = isServer ? '/demo' : 'https://ik.imagekit.io/demo';
  defaults = {
    url: `${start}/tr:w-300,h-300/photo.jpg`, headers: ACCEPT, endpoints: '', named: 'thumb: w-160,h-160,fo-top', dialect: '',
  };
  $('where').textContent = isServer
    ? `Answered by the example server at ${location.host}. Files that you drop go there and nowhere else.`
    : `Everything happens in this page: no file and no URL leaves it.`;
  fromFragment();
  listen();
  explain();
  await useSample();
}

begin().catch((error) => fail(new Error(`The page cannot start: ${error.message}`)));
