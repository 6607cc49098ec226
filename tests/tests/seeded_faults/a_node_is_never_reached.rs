//! No input comes to a step, and nobody can make up what its arm binds.

use anyhow::Result;
use serde::{Deserialize, Serialize};
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

#[derive(Clone, Serialize, Deserialize)]
struct GoAhead(bool);

workflow! {
    async fn announce(words: Option<String>, hurry: bool) -> Result<()> {
        if let Some(words) = words {
            sleep!("1h").await;
            emit!(words);
            signal!(GoAhead, timeout = "1d").await?;
            #[name = "bare"]
            undo!(sign, 4).await?;
        }
        if hurry {
            sleep!("1m").await;
        }
        emit!(hurry);
        Ok(())
    }
}

#[step(compensate = unsign)]
async fn sign(count: i64) -> Result<i64> {
    Ok(count)
}

#[step]
async fn unsign(_count: i64) -> Result<()> {
    Ok(())
}

#[test]
fn is_told_also_of_nodes_that_are_no_steps() {
    let silent = || Fixture::new(|| ((), announce(None, false)));
    let suite = silent().suite();
    for node in ["sleep#1", "emit#1", "GoAhead", "bare"] {
        let message = format!(
            "not reached: `if#1/0/{node}` of `announce` runs with none of the inputs (the arm `let Some(words) = words` of `if#1` \
             binds values that nobody can make up); add an input that reaches it (`.input(\"..\", || ..)`), or say why none can \
             (`.unreachable(\"if#1/0/{node}\", \"..\")`)"
        );
        assert_fails(&suite, &format!("reaches::if#1/0/{node}"), &message);
    }
    let about = ["reaches", "cancel_at", "cancel_on_an_engine_at", "cancel_and_crash_at"];
    assert_passes(&suite, &about.map(|about| format!("{about}::if#2/0/sleep#1")).each_ref().map(String::as_str));
    assert_passes(&suite, &["succeeds", "reaches::emit#1"]);

    let loud = silent().input("loud", || ((), announce(Some("hear".to_owned()), true)));
    loud.signal(GoAhead(true)).suite().check();
}
