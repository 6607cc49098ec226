//! Ctrl-C: once for an orderly end, twice for an end at once.

use super::STOPPED;

/// Ends with the first Ctrl-C (or, on Unix, the first request to terminate). From then on, a second one ends the process.
pub(super) async fn requested() {
    asked().await;
    tokio::spawn(async {
        asked().await;
        eprintln!("Stopped at once. What was under way goes on when you run the same command again.");
        std::process::exit(i32::from(STOPPED));
    });
}

async fn asked() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Nobody will ever be able to ask.
            std::future::pending::<()>().await;
        }
    };
    futures_util::future::select(std::pin::pin!(interrupt), std::pin::pin!(terminated())).await;
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signals) => {
            signals.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}
