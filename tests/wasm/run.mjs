// Runs the tests of one module: `node run.mjs FILE.wasm`. The file is a crate compiled with `wasm_tests::run` as its
// `test_runner`. A panic ends an instance of the module; the next one goes on with the next test.
import { readFileSync } from 'node:fs';

const module = new WebAssembly.Module(readFileSync(process.argv[2]));
const done = new Set();
const counts = { ok: 0, failed: 0, ignored: 0 };
const failures = [];

for (let going = true; going; ) {
  let running = null;
  let message = '';
  let instance = null;
  const text = (at, length) => Buffer.from(instance.exports.memory.buffer, at, length).toString();
  const finish = (error) => {
    const [name, mustPanic] = running;
    running = null;
    if (Boolean(error) === mustPanic) {
      counts.ok += 1;
    } else {
      counts.failed += 1;
      failures.push(`${name}: ${error || 'does not panic'}`);
    }
  };
  const tests = {
    begin(at, length, kind) {
      const name = text(at, length);
      if (done.has(name)) return 0;
      done.add(name);
      if (kind === 2) {
        counts.ignored += 1;
        return 0;
      }
      running = [name, kind === 1];
      return 1;
    },
    end: (at, length) => finish(text(at, length)),
    panicked: (at, length) => { message = text(at, length); },
  };
  instance = new WebAssembly.Instance(module, { tests });
  try {
    instance.exports.main(0, 0);
    going = false;
  } catch (error) {
    if (running === null) throw error;
    finish(message || String(error));
  }
}

for (const failure of failures) console.log(`FAILED ${failure}\n`);
console.log(`${counts.ok} passed, ${counts.failed} failed, ${counts.ignored} ignored`);
process.exit(counts.failed > 0 || counts.ok === 0 ? 1 : 0);
