//! [`within`]: a bound on the time of a test.

/// Runs something that must take less than this many seconds. Where there is no clock it is only run.
pub(crate) fn within<T>(seconds: u64, run: impl FnOnce() -> T) -> T {
    #[cfg(target_family = "wasm")]
    let _ = seconds;
    #[cfg(not(target_family = "wasm"))]
    let started = std::time::Instant::now();
    let done = run();
    #[cfg(not(target_family = "wasm"))]
    assert!(started.elapsed().as_secs() < seconds, "takes {:?}", started.elapsed());
    done
}
