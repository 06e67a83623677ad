// The entry of the Worker: hands requests to the module, and replaces its instance after a fault.
import module from './image_worker_bg.wasm';
import * as worker from './image_worker.js';

worker.initSync({ module });
let broken = false;

// A module that ended by a fault (a panic, or no more memory) is in no state to go on. What runs in it then never ends,
// and the platform ends those requests. The next request gets a new instance, with new memory.
const note = (error) => {
  if (error instanceof WebAssembly.RuntimeError) broken = true;
};
addEventListener('error', (event) => note(event.error));

export default {
  async fetch(request, env, context) {
    if (broken) {
      broken = false;
      worker.__wbg_reset_state();
    }
    try {
      const response = worker.fetch(request, env, context);
      // A client that leaves does not end the work: its result is for the cache, and an abandoned task of the module would
      // never free its memory.
      context.waitUntil(response);
      return await response;
    } catch (error) {
      note(error);
      throw error;
    }
  },
};
