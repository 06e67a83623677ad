//! Runs the tests of a crate in WebAssembly, with `run.mjs` around it: `ci/check.sh targets`.
//!
//! `wasm32-unknown-unknown` has no clock, no thread, no file and no output, so that the tests prove that the crate
//! needs none. A panic ends the module. Then the script makes a new one, which goes on with the next test.
#![feature(test)]

extern crate test;

use std::panic::set_hook;

use test::{ShouldPanic, TestDescAndFn, TestFn};

#[link(wasm_import_module = "tests")]
unsafe extern "C" {
    /// Returns `1` if the test of this name is to be run. The kind is 0, or 1 for a test that must panic, or 2 for one
    /// that is ignored.
    safe fn begin(name: *const u8, length: usize, kind: u32) -> u32;
    /// Ends the test, with the reason for which it failed, or an empty text.
    safe fn end(error: *const u8, length: usize);
    /// Takes the message of a panic.
    safe fn panicked(message: *const u8, length: usize);
}

/// Runs those tests that the script asks for. `ci/check.sh` makes this the `test_runner` of the crate.
pub fn run(tests: &[&TestDescAndFn]) {
    set_hook(Box::new(|info| {
        let message = info.to_string();
        panicked(message.as_ptr(), message.len());
    }));
    for test in tests {
        let name = test.desc.name.as_slice();
        let kind = match (test.desc.ignore, test.desc.should_panic) {
            (true, _) => 2,
            (_, ShouldPanic::No) => 0,
            _ => 1,
        };
        let TestFn::StaticTestFn(function) = test.testfn else { continue };
        if begin(name.as_ptr(), name.len(), kind) == 1 {
            let error = function().err().unwrap_or_default();
            end(error.as_ptr(), error.len());
        }
    }
}
