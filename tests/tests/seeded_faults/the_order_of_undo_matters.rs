//! Two branches are undone beside each other, but one undo needs what the other takes away.

use anyhow::{Result, ensure};
use workflow_runtime::testing::Fixture;
use workflow_runtime::{Outcome, step, workflow};

use crate::books::{App, Books, assert_fails, assert_passes};

#[step(compensate = leave_seat)]
async fn take_seat(books: &Books) -> Result<()> {
    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    books.pages().entry("train".to_owned()).or_default().insert("seat".to_owned(), 1);
    Ok(())
}

#[step]
async fn leave_seat(_taken: Outcome<()>, books: &Books) -> Result<()> {
    let mut pages = books.pages();
    let train = pages.entry("train".to_owned()).or_default();
    ensure!(train.contains_key("wagon") || !train.contains_key("seat"), "there is no wagon to leave the seat of");
    train.remove("seat");
    Ok(())
}

#[step(compensate = uncouple)]
async fn couple(books: &Books) -> Result<()> {
    books.pages().entry("train".to_owned()).or_default().insert("wagon".to_owned(), 1);
    Ok(())
}

#[step]
async fn uncouple(_coupled: Outcome<()>, books: &Books) -> Result<()> {
    books.pages().entry("train".to_owned()).or_default().remove("wagon");
    Ok(())
}

#[step]
async fn depart() -> Result<()> {
    Ok(())
}

workflow! {
    async fn travel() -> Result<()> {
        parallel!(take_seat(), couple()).await?;
        depart().await
    }
}

#[test]
fn is_found_by_any_later_failure() {
    let suite = Fixture::new(|| (with_train(), travel())).world(App::pages).suite();
    let message = "`leave_seat`, which undoes `parallel#1/0/take_seat`, gave up (there is no wagon to leave the seat of), so that the \
         execution is `failed`; failed at `depart`; undo order was `parallel#1/1/couple`, `parallel#1/0/take_seat`";
    assert_fails(&suite, "fail_at::depart", message);
    assert_passes(&suite, &["succeeds", "fail_at::parallel#1/0/take_seat"]);
}

fn with_train() -> App {
    let app = App::new();
    app.books.pages().insert("train".to_owned(), [].into());
    app
}
