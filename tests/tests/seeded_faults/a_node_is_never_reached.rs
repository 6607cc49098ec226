//! No input comes to a step, and nobody can make up what its arm binds.

use anyhow::Result;
use workflow_runtime::testing::Fixture;
use workflow_runtime::{step, workflow};

use crate::books::{App, Books, assert_fails, assert_passes};

#[step]
async fn pack(count: i64) -> Result<i64> {
    Ok(count)
}

#[step]
async fn wrap(words: String, books: &Books) -> Result<String> {
    let _ = books;
    Ok(words)
}

workflow! {
    async fn place_order(count: i64, words: Option<String>) -> Result<i64> {
        if let Some(words) = words {
            wrap(words).await?;
        }
        for piece in 2..count {
            #[name = "each"]
            pack(piece).await?;
        }
        if count > 100 {
            #[name = "crate"]
            pack(count).await?;
        }
        Ok(count)
    }
}

#[test]
fn is_told_unless_it_can_be_forced() {
    let suite = Fixture::new(|| (App::new(), place_order(2, None))).world(App::pages).suite();
    let message = "not reached: `if#1/0/wrap` of `place_order` runs with none of the inputs (the arm `let Some(words) = words` of \
         `if#1` binds values that nobody can make up); add an input that reaches it (`.input(\"..\", || ..)`), or say why none \
         can (`.unreachable(\"if#1/0/wrap\", \"..\")`)";
    assert_fails(&suite, "reaches::if#1/0/wrap", message);
    let message = "not reached: `for#1/each` of `place_order` runs with none of the inputs (the loop `for#1` has no item, and nobody \
         can make one up); add an input that reaches it (`.input(\"..\", || ..)`), or say why none can \
         (`.unreachable(\"for#1/each\", \"..\")`)";
    assert_fails(&suite, "reaches::for#1/each", message);
    assert_passes(&suite, &["succeeds", "reaches::if#2/0/crate", "fail_at::if#2/0/crate"]);
}
