//! `if` and `match`.

use anyhow::Result;
use serde::{Deserialize, Serialize};
use workflow_runtime::workflow;

use crate::host::{Host, on_every_host};
use crate::support::*;

workflow! {
    async fn as_statement(go: bool) -> Result<()> {
        a("1".to_owned()).await?;
        if go {
            b("2".to_owned()).await?;
        }
        c("3".to_owned()).await?;
        Ok(())
    }
}

workflow! {
    async fn as_expression(go: bool) -> Result<Option<String>> {
        let maybe = if go { Some(a("1".to_owned()).await?) } else { None };
        b("2".to_owned()).await?;
        Ok(maybe)
    }
}

// Case 10.
async fn a_skipped_step_is_not_called_and_has_no_undo(host: Host) {
    for (go, expected) in
        [(true, vec!["a(1)", "b(2)", "c(3)", "undo b(2)", "undo a(1)"]), (false, vec!["a(1)", "c(3)", "undo a(1)"])]
    {
        let app = App::default().fails("c");
        host.run(as_statement(go), &app).await.unwrap_err();
        assert_eq!(app.lines(), expected);
    }
    let app = App::default();
    assert_eq!(host.run(as_expression(true), &app).await.unwrap(), Some("a(1)".to_owned()));
    assert_eq!(host.run(as_expression(false), &app).await.unwrap(), None);
    assert_eq!(app.lines(), lines(["a(1)", "b(2)", "b(2)"]));
}

workflow! {
    async fn once_for_its_block(x: String) -> Result<String> {
        let state = a(x).await?;
        let result = if state == "a(x)" {
            let state = b(state).await?;
            let state = c(state).await?;
            state
        } else {
            d(state).await?
        };
        Ok(result)
    }
}

// Case 11.
async fn a_condition_is_asked_once_for_its_whole_block(host: Host) {
    let app = App::default();
    assert_eq!(host.run(once_for_its_block(x()), &app).await.unwrap(), "c(b(a(x)))");
    assert_eq!(app.lines(), lines(["a(x)", "b(a(x))", "c(b(a(x)))"]));
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Job {
    Ship { to: String, heavy: bool },
    Mail(String),
    Nothing,
}

workflow! {
    async fn if_in_if(outer: bool, inner: bool) -> Result<String> {
        let result = if outer {
            if inner { a("both".to_owned()).await? } else { b("outer".to_owned()).await? }
        } else if inner {
            c("inner".to_owned()).await?
        } else {
            "neither".to_owned()
        };
        Ok(result)
    }
}

workflow! {
    async fn match_in_for(jobs: Vec<Job>) -> Result<Vec<String>> {
        let results = for job in jobs {
            match job {
                Job::Ship { to, heavy } if heavy => a(format!("{to} by truck")).await?,
                Job::Ship { to, .. } | Job::Mail(to) => b(to).await?,
                Job::Nothing => "-".to_owned(),
            }
        };
        Ok(results)
    }
}

workflow! {
    async fn parallel_in_if_and_if_in_parallel(go: bool) -> Result<(String, Option<String>)> {
        let first = if go {
            let (left, right) = parallel!(a("l".to_owned()), b("r".to_owned())).await?;
            format!("{left}{right}")
        } else {
            String::new()
        };
        let (third, maybe) = parallel!(
            c("m".to_owned()),
            async {
                let maybe = if go { Some(d("n".to_owned()).await?) } else { None };
                Ok(maybe)
            },
        ).await?;
        Ok((format!("{first}{third}"), maybe))
    }
}

// Cases 12 and 13.
async fn conditions_nest_in_everything(host: Host) {
    let app = App::default();
    for (outer, inner, expected) in
        [(true, true, "a(both)"), (true, false, "b(outer)"), (false, true, "c(inner)"), (false, false, "neither")]
    {
        assert_eq!(host.run(if_in_if(outer, inner), &app).await.unwrap(), expected);
    }
    let ship = |to: &str, heavy| Job::Ship { to: to.to_owned(), heavy };
    let jobs = vec![ship("Rome", true), ship("Oslo", false), Job::Nothing, Job::Mail("Bonn".to_owned())];
    let results = host.run(match_in_for(jobs), &app).await.unwrap();
    assert_eq!(results, ["a(Rome by truck)", "b(Oslo)", "-", "b(Bonn)"]);
    let yes = host.run(parallel_in_if_and_if_in_parallel(true), &app).await.unwrap();
    assert_eq!(yes, ("a(l)b(r)c(m)".to_owned(), Some("d(n)".to_owned())));
    let no = host.run(parallel_in_if_and_if_in_parallel(false), &app).await.unwrap();
    assert_eq!(no, ("c(m)".to_owned(), None));
}

workflow! {
    async fn two_conditions(first: bool, second: bool) -> Result<()> {
        if first {
            a("1".to_owned()).await?;
        }
        b("2".to_owned()).await?;
        if second {
            c("3".to_owned()).await?;
        }
        d("4".to_owned()).await?;
        Ok(())
    }
}

// Case 14.
async fn two_conditional_blocks_combine(host: Host) {
    for (first, second, expected) in [
        (false, false, vec!["b(2)", "d(4)", "undo b(2)"]),
        (false, true, vec!["b(2)", "c(3)", "d(4)", "undo c(3)", "undo b(2)"]),
        (true, false, vec!["a(1)", "b(2)", "d(4)", "undo b(2)", "undo a(1)"]),
        (true, true, vec!["a(1)", "b(2)", "c(3)", "d(4)", "undo c(3)", "undo b(2)", "undo a(1)"]),
    ] {
        let app = App::default().fails("d");
        host.run(two_conditions(first, second), &app).await.unwrap_err();
        assert_eq!(app.lines(), expected);
    }
}

on_every_host![
    a_skipped_step_is_not_called_and_has_no_undo,
    a_condition_is_asked_once_for_its_whole_block,
    conditions_nest_in_everything,
    two_conditional_blocks_combine,
];
