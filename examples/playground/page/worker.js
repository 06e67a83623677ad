/* global wasm_bindgen */
// Answers messages with the module. The page ends this worker when an answer is no longer wanted.
'use strict';

let ready;

self.onmessage = async ({ data }) => {
  if (data.module) {
    importScripts('module.js');
    ready = wasm_bindgen({ module_or_path: data.module });
    return;
  }
  try {
    const instance = await ready;
    const start = performance.now();
    const answer = wasm_bindgen.answer(data.message, Date.now());
    const milliseconds = performance.now() - start;
    const memory = instance.memory.buffer.byteLength;
    self.postMessage({ number: data.number, answer, milliseconds, memory }, [answer.buffer]);
  } catch (error) {
    // The module aborts where memory runs out; it is not used again.
    self.postMessage({ number: data.number, failed: String(error) });
  }
};
