// Two backends with one interface: `ask(question, files, signal)` resolves to `{answer, image, milliseconds}`.
// One asks the module in a worker, the other the server that this page came from. See `src/message.rs`.
'use strict';

/** Writes a message: the length of the JSON, the JSON, the files. */
function pack(question, files) {
  const listed = files.map(({ name, bytes }) => ({ name, bytes: bytes.length }));
  const json = new TextEncoder().encode(JSON.stringify({ ...question, files: listed }));
  const message = new Uint8Array(4 + json.length + files.reduce((sum, file) => sum + file.bytes.length, 0));
  new DataView(message.buffer).setUint32(0, json.length, true);
  message.set(json, 4);
  let at = 4 + json.length;
  for (const { bytes } of files) {
    message.set(bytes, at);
    at += bytes.length;
  }
  return message;
}

/** Reads a message, and throws the error that it may be. */
function unpack(message) {
  const length = new DataView(message.buffer, message.byteOffset).getUint32(0, true);
  const answer = JSON.parse(new TextDecoder().decode(message.subarray(4, 4 + length)));
  if (answer.error !== undefined) throw new Error(answer.error);
  return { answer, image: message.subarray(4 + length) };
}

const aborted = () => new DOMException('no longer wanted', 'AbortError');

/** How long an answer that is no longer wanted may take before its worker is ended, in milliseconds. */
const PATIENCE = 120;

/** The module in a worker. Questions are numbered, and an answer to one that is no longer wanted is dropped. */
class ModuleBackend {
  static async start() {
    return new ModuleBackend(await WebAssembly.compileStreaming(fetch('module_bg.wasm')));
  }

  constructor(module) {
    this.module = module;
    this.worker = null;
    this.number = 0;
    this.open = new Map();
  }

  /** Another worker with the same module, for questions that must not wait for this one's. */
  beside() {
    return new ModuleBackend(this.module);
  }

  ask(question, files, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(aborted());
      this.number += 1;
      const number = this.number;
      this.open.set(number, { question, files, resolve, reject });
      signal?.addEventListener('abort', () => {
        reject(aborted());
        setTimeout(() => { if (this.open.delete(number)) this.restart(); }, PATIENCE);
      }, { once: true });
      this.send(number);
    });
  }

  send(number) {
    if (!this.worker) {
      this.worker = new Worker('worker.js');
      this.worker.onmessage = ({ data }) => this.answered(data);
      this.worker.onerror = (event) => this.fail(event.message || 'the worker does not start');
      this.worker.postMessage({ module: this.module });
    }
    const { question, files } = this.open.get(number);
    const message = pack(question, files);
    this.worker.postMessage({ number, message }, [message.buffer]);
  }

  answered({ number, answer, milliseconds, memory, failed }) {
    const asked = this.open.get(number);
    if (!asked) return;
    this.open.delete(number);
    if (failed) {
      // After an abort the module is in no state to go on.
      asked.reject(new Error(`The module stopped: ${failed}`));
      this.restart();
      return;
    }
    try {
      asked.resolve({ ...unpack(answer), milliseconds, heap: memory });
    } catch (error) {
      asked.reject(error);
    }
  }

  /** Ends the worker; what is still wanted is asked again. */
  restart() {
    this.worker?.terminate();
    this.worker = null;
    for (const number of this.open.keys()) this.send(number);
  }

  fail(message) {
    this.worker?.terminate();
    this.worker = null;
    for (const { reject } of this.open.values()) reject(new Error(message));
    this.open.clear();
  }
}

/** The server. */
class HttpBackend {
  static async start() {
    return new HttpBackend();
  }

  beside() {
    return this;
  }

  async ask(question, files, signal) {
    const response = await fetch('answer', {
      method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: pack(question, files), signal,
    });
    if (!response.ok) throw new Error(`The server answers ${response.status} ${response.statusText}`);
    const message = new Uint8Array(await response.arrayBuffer());
    const milliseconds = Number(/dur=([\d.]+)/.exec(response.headers.get('server-timing'))?.[1]);
    return { ...unpack(message), milliseconds };
  }
}

/** Questions of one kind, of which only the last one counts: earlier answers never arrive. */
class Latest {
  constructor() {
    this.controller = null;
  }

  /** Runs `work(signal)`; resolves to `undefined` if another one was started meanwhile. */
  async run(work) {
    this.controller?.abort();
    const controller = new AbortController();
    this.controller = controller;
    try {
      const answer = await work(controller.signal);
      return controller.signal.aborted ? undefined : answer;
    } catch (error) {
      if (controller.signal.aborted) return undefined;
      throw error;
    }
  }

  stop() {
    this.controller?.abort();
  }
}
