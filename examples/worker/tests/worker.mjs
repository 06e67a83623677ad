// The built module in the platform's runtime.
import fs from 'node:fs';
import path from 'node:path';
import { Miniflare } from 'miniflare';

export const ENDPOINT = 'https://img.example.com';

/** Reads the modules of a folder that `build.sh` made. */
function modules(folder) {
  const kinds = { '.js': 'ESModule', '.wasm': 'CompiledWasm' };
  const files = fs.readdirSync(folder, { recursive: true }).map((name) => path.join(folder, name));
  const found = files.filter((file) => kinds[path.extname(file)]).map((file) => ({
    type: kinds[path.extname(file)], path: file, contents: fs.readFileSync(file),
  }));
  // The first one is the entry.
  const entry = path.join(folder, 'index.js');
  return found.sort((a, b) => Number(b.path === entry) - Number(a.path === entry));
}

/** Starts the Worker; `change` may replace modules. */
export async function start(folder, bindings, options = {}, change = (list) => list) {
  const said = [];
  const worker = new Miniflare({
    modules: change(modules(folder)),
    modulesRoot: folder,
    compatibilityDate: '2026-07-01',
    bindings: { ENDPOINT, ...bindings },
    cf: false,
    handleRuntimeStdio(out, err) {
      for (const stream of [out, err]) stream.on('data', (text) => said.push(String(text)));
    },
    ...options,
  });
  await worker.ready;
  const get = async (url, init) => {
    const answer = await worker.dispatchFetch(ENDPOINT + url, { redirect: 'manual', ...init });
    const body = Buffer.from(await answer.arrayBuffer());
    const header = (name) => answer.headers.get(name);
    return { status: answer.status, header, outcome: header('x-outcome'), body };
  };
  return { get, said, stop: () => worker.dispose() };
}

/** Repeats a request until its answer comes from the cache, which is written after an answer. */
export async function cached(worker, url, init) {
  for (let tries = 0; tries < 50; tries += 1) {
    const answer = await worker.get(url, init);
    if (answer.outcome === 'hit') return answer;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`${url} never comes from the cache`);
}
