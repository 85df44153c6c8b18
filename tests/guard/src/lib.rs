//! What a test needs to prove that code never allocates, locks, waits or calls the system: an allocator that counts, and
//! a thread that dies of the first system call.
//!
//! It is for tests only, and the one crate here that may write `unsafe`: there is no safe way to be an allocator.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io;

/// The system's allocator, counting what each thread asks of it.
pub struct Counting;

thread_local! {
    /// What this thread asked for; without a destructor, so that it can be counted at any time.
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

/// How often this thread asked the allocator for anything, freeing included. Only where [`Counting`] is the allocator.
pub fn allocator_calls() -> u64 {
    CALLS.get()
}

/// From here on the process dies of the first system call that this thread makes, except to end the process by
/// [`leave`]. A lock that is free makes none, a lock that is taken does. Fails where the kernel cannot do it.
pub fn confine() -> io::Result<()> {
    let number = 0;
    let load = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
    let (equal, answer) = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, libc::BPF_RET | libc::BPF_K);
    let exit = u32::try_from(libc::SYS_exit_group).map_err(io::Error::other)?;
    let step =
        |code: u32, unequal: u8, value: u32| libc::sock_filter { code: code as u16, jt: 0, jf: unequal, k: value };
    let mut steps = [
        step(load, 0, number),
        step(equal, 1, exit),
        step(answer, 0, libc::SECCOMP_RET_ALLOW),
        step(answer, 0, libc::SECCOMP_RET_KILL_PROCESS),
    ];
    let filter = libc::sock_fprog { len: steps.len() as u16, filter: steps.as_mut_ptr() };
    // SAFETY: both calls read what they are given and keep nothing of it; `filter` and `steps` live until they return.
    let refused = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
            || libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const filter) != 0
    };
    if refused { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Ends the process at once, with this status.
pub fn leave(status: i32) -> ! {
    // SAFETY: it does not return, and runs nothing of ours.
    unsafe { libc::_exit(status) }
}

fn count() {
    CALLS.set(CALLS.get() + 1);
}

// SAFETY: everything is the system allocator's; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as promised to us.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as promised to us.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as promised to us.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count();
        // SAFETY: as promised to us.
        unsafe { System.dealloc(block, layout) }
    }
}
