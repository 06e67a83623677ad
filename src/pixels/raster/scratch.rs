//! [`Scratch`]: memory that one render passes to the next.

use std::fmt;
use std::sync::Mutex;

use fast_image_resize::Resizer;

use crate::error::Error;
use crate::pixels::base::memory;

/// Scratch memory of a render that the next one can reuse: for planes of a JPEG, and between the two passes of a
/// resampling.
///
/// It serves one render at a time. A render that finds it in use, or poisoned by a panic, allocates memory instead.
pub(crate) struct Scratch {
    /// Vectors that are not in use.
    free: Mutex<Vec<Vec<u8>>>,
    /// The maximum capacity in bytes of a vector that is kept.
    largest: usize,
    resizer: Mutex<Resizer>,
}

impl Default for Scratch {
    fn default() -> Self {
        Self { largest: usize::MAX, ..Self::once() }
    }
}

/// Makes an empty copy: each thread has its own memory.
impl Clone for Scratch {
    fn clone(&self) -> Self {
        Self { largest: self.largest, ..Self::once() }
    }
}

impl Scratch {
    /// The maximum number of vectors that are kept. An image has no more planes.
    const KEPT: usize = 4;

    /// Makes scratch memory for one render. It frees vectors of more than 1 MiB as soon as possible, and keeps smaller
    /// ones to the end: an allocator that returned them to the system would have to request them again.
    pub(crate) fn once() -> Self {
        Self { free: Mutex::default(), largest: 1024 * 1024, resizer: Mutex::default() }
    }

    /// Returns an empty vector with a capacity of at least `bytes`: the smallest one that is kept and large enough, or
    /// a new one.
    pub(crate) fn reserve(&self, bytes: u64) -> Result<Vec<u8>, Error> {
        if let Ok(mut free) = self.free.try_lock() {
            let enough = |vec: &Vec<u8>| u64::try_from(vec.capacity()).is_ok_and(|capacity| capacity >= bytes);
            let fits = free.iter().enumerate().filter(|(_, vec)| enough(vec)).min_by_key(|(_, vec)| vec.capacity());
            if let Some(at) = fits.map(|(at, _)| at) {
                return Ok(free.swap_remove(at));
            }
        }
        memory::reserve(bytes)
    }

    /// Takes a vector back.
    pub(crate) fn keep(&self, mut vec: Vec<u8>) {
        vec.clear();
        if vec.capacity() > self.largest {
            return;
        }
        if let Ok(mut free) = self.free.try_lock() {
            free.push(vec);
            if free.len() > Self::KEPT {
                // The smallest vector is the cheapest to replace.
                let smallest = free.iter().enumerate().min_by_key(|(_, vec)| vec.capacity()).map(|(at, _)| at);
                smallest.map(|at| free.swap_remove(at));
            }
        }
    }

    /// Calls `act` with a resizer and the memory it needs between its passes.
    pub(crate) fn with_resizer<T>(&self, act: impl FnOnce(&mut Resizer) -> T) -> T {
        match self.resizer.try_lock() {
            Ok(mut resizer) => act(&mut resizer),
            Err(_) => act(&mut Resizer::new()),
        }
    }
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = self.free.try_lock().map_or(0, |free| free.iter().map(Vec::capacity).sum());
        write!(f, "Scratch({held} bytes)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_are_used_again_where_they_fit() {
        let scratch = Scratch::default();
        for size in [100, 1000, 10] {
            scratch.keep(Vec::with_capacity(size));
        }
        assert_eq!(scratch.reserve(50).unwrap().capacity(), 100);
        assert!(scratch.reserve(5000).unwrap().capacity() >= 5000);
        scratch.keep(vec![7; 2000]);
        let used = scratch.reserve(1500).unwrap();
        assert!(used.is_empty() && used.capacity() >= 1500);
        for size in 20..40 {
            scratch.keep(Vec::with_capacity(size));
        }
        assert_eq!(scratch.free.lock().unwrap().len(), Scratch::KEPT);
        let once = Scratch::once();
        once.keep(Vec::with_capacity(2 * 1024 * 1024));
        assert!(once.free.lock().unwrap().is_empty());
    }
}
