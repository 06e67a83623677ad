//! An allocator that counts: how much is held, how much was at most, and how long it took.
//!
//! What C code allocates (libwebp) is not seen; `tests/memory.rs` measures that, by whole processes.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static COUNTING: Counting = Counting;

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        more(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        more(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(at, layout) }
    }

    // The difference of the sizes: whether old and new are held at a time is the allocator's affair, which no estimate
    // counts.
    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        match size.checked_sub(layout.size()) {
            Some(grown) => more(grown),
            None => _ = HELD.fetch_sub(layout.size() - size, Relaxed),
        }
        unsafe { System.realloc(at, layout, size) }
    }
}

fn more(bytes: usize) {
    let held = HELD.fetch_add(bytes, Relaxed) + bytes;
    MOST.fetch_max(held, Relaxed);
}

/// What a call took.
#[derive(Debug, Clone, Copy)]
pub struct Taken {
    /// Bytes that were held at a time, at most, beyond those before the call.
    pub memory: u64,
    /// Time of this thread on a core.
    pub time: Duration,
}

/// Calls, and measures.
pub fn measured<T>(call: impl FnOnce() -> T) -> (T, Taken) {
    let before = HELD.load(Relaxed);
    MOST.store(before, Relaxed);
    let start = now();
    let made = call();
    let time = now().saturating_sub(start);
    let memory = MOST.load(Relaxed).saturating_sub(before) as u64;
    (made, Taken { memory, time })
}

/// A clock that stands still while others have the core.
fn now() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: it writes to the place that it is given.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
