//! Printing.

use std::io::Write as _;

/// Prints at once, also where the output goes to a file: the process may be about to be killed. Who has stopped reading
/// (`| head`) does not stop the work.
pub(super) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
