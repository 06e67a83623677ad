//! [`Scratch`]: memory that one render leaves to the next.

use std::fmt;
use std::sync::Mutex;

use fast_image_resize::Resizer;

use crate::error::Error;
use crate::pixels::base::memory;

/// Memory that a render needs meanwhile and the next can use again: for planes of a JPEG, and between the two passes of a
/// resampling.
///
/// It serves one at a time. Who finds it in use takes memory of the system instead, and so does who comes after a panic.
pub(crate) struct Scratch {
    /// Vectors that are not in use.
    free: Mutex<Vec<Vec<u8>>>,
    /// The largest that is kept, in bytes.
    largest: usize,
    resizer: Mutex<Resizer>,
}

impl Default for Scratch {
    fn default() -> Self {
        Self { largest: usize::MAX, ..Self::once() }
    }
}

/// A copy is empty: each thread has memory of its own.
impl Clone for Scratch {
    fn clone(&self) -> Self {
        Self { largest: self.largest, ..Self::once() }
    }
}

impl Scratch {
    /// More planes than an image has need no keeping.
    const KEPT: usize = 4;

    /// For one render, which gives much memory back as soon as it can. What is little it holds to its end: an allocator
    /// that returns it to the system has to ask for it again in the next.
    pub(crate) fn once() -> Self {
        Self { free: Mutex::default(), largest: 1024 * 1024, resizer: Mutex::default() }
    }

    /// An empty vector that holds so many bytes without growing: the smallest that does, if one is kept.
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
                // The smallest is the cheapest to make again.
                let smallest = free.iter().enumerate().min_by_key(|(_, vec)| vec.capacity()).map(|(at, _)| at);
                smallest.map(|at| free.swap_remove(at));
            }
        }
    }

    /// A resizer, with the memory it needs between its passes.
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
