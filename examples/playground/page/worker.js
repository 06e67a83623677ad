/* global wasm_bindgen */
// Answers messages with the module. The page ends this worker when an answer is no longer wanted.
'use strict';

let ready;

/** Answers a message, after fetching the fonts that the answer needs. */
async function answered(message) {
  const instance = await ready;
  for (;;) {
    const start = performance.now();
    const answer = wasm_bindgen.answer(message, Date.now());
    const milliseconds = performance.now() - start;
    const lacking = wasm_bindgen.lacking_fonts();
    if (!lacking.length) return { answer, milliseconds, memory: instance.memory.buffer.byteLength };
    await Promise.all(lacking.map(async (name) => {
      const response = await fetch(`fonts/${name}`);
      if (!response.ok) throw new Error(`${response.status} for the font ${name}`);
      wasm_bindgen.add_font(name, new Uint8Array(await response.arrayBuffer()));
    }));
  }
}

self.onmessage = async ({ data }) => {
  if (data.module) {
    importScripts('module.js');
    ready = wasm_bindgen({ module_or_path: data.module });
    return;
  }
  try {
    const { answer, milliseconds, memory } = await answered(data.message);
    self.postMessage({ number: data.number, answer, milliseconds, memory }, [answer.buffer]);
  } catch (error) {
    // The module aborts where memory runs out; it is not used again.
    self.postMessage({ number: data.number, failed: String(error) });
  }
};
