//! The definition changes while an execution sleeps.

use anyhow::Result;
use workflow_runtime::{Engine, ExecutionStatus, Store, Workflow, step, workflow};

use crate::ground::{Ground, on_every_store};
use crate::lab::{Books, Lab, MINUTE, World, act, act_once, end};

pub(crate) mod old {
    use super::*;
    workflow! {
        pub async fn trip(name: String) -> Result<String> {
            #[name = "a"]
            let a = act(name).await?;
            sleep!("2h").await;
            #[name = "b"]
            let b = act(a).await?;
            Ok(b)
        }
    }
}

pub(crate) mod with_a_timeout {
    use super::*;
    workflow! {
        #[workflow(timeout = "9h")]
        pub async fn trip(name: String) -> Result<String> {
            #[name = "a"]
            let a = act(name).await?;
            sleep!("1h").await;
            #[name = "b"]
            let b = act(a).await?;
            Ok(b)
        }
    }
}

pub(crate) mod with_more_at_the_end {
    use super::*;
    workflow! {
        pub async fn trip(name: String) -> Result<String> {
            #[name = "a"]
            let a = act(name).await?;
            sleep!("2h").await;
            #[name = "b"]
            let b = act(a).await?;
            end().await?;
            Ok(b)
        }
    }
}

pub(crate) mod with_more_in_front {
    use super::*;
    workflow! {
        pub async fn trip(name: String) -> Result<String> {
            end().await?;
            #[name = "a"]
            let a = act(name).await?;
            sleep!("2h").await;
            #[name = "b"]
            let b = act(a).await?;
            Ok(b)
        }
    }
}

pub(crate) mod renamed {
    use super::*;
    workflow! {
        pub async fn trip(name: String) -> Result<String> {
            #[name = "other"]
            let a = act(name).await?;
            sleep!("2h").await;
            #[name = "b"]
            let b = act(a).await?;
            Ok(b)
        }
    }
}

pub(crate) mod with_another_step {
    use super::*;
    workflow! {
        pub async fn trip(name: String) -> Result<String> {
            #[name = "a"]
            let a = act_once(name).await?;
            sleep!("2h").await;
            #[name = "b"]
            let b = act(a).await?;
            Ok(b)
        }
    }
}

pub(crate) mod with_another_type {
    use super::*;

    #[step(name = "act")]
    pub async fn count(name: String, books: &Books) -> Result<usize> {
        Ok(name.len() + books.calls().len())
    }

    workflow! {
        pub async fn trip(name: String) -> Result<String> {
            #[name = "a"]
            let a = count(name).await?;
            sleep!("2h").await;
            #[name = "b"]
            let b = act(a.to_string()).await?;
            Ok(b)
        }
    }
}

pub(crate) mod second {
    use super::*;
    workflow! {
        #[workflow(version = 2)]
        pub async fn trip(name: String) -> Result<String> {
            #[name = "quite-another"]
            let a = act(name).await?;
            Ok(a)
        }
    }
}

/// An execution that sleeps behind its first step.
async fn asleep<G: Ground + 'static>() -> Lab<G::Store> {
    let lab = Lab::on_ground::<G>().await;
    let engine = lab.builder().workflow::<old::trip>().start().await.unwrap();
    engine.start(old::trip("x".into()).id("t")).await.unwrap();
    lab.reaches(&engine, "t", ExecutionStatus::Waiting).await;
    engine.shutdown().await.unwrap();
    lab
}

async fn goes_on<W: Workflow<Output = String>>(lab: &Lab<impl Store + Clone>, engine: Engine<World>) {
    let run = engine.execution::<W>("t").await.unwrap();
    assert_eq!(lab.until(MINUTE, run.result()).await.unwrap(), "x!!");
    assert_eq!((lab.books.count("t/a"), lab.books.count("t/b")), (1, 1));
    engine.shutdown().await.unwrap();
}

async fn is_parked<W: Workflow<Output = String>>(lab: &Lab<impl Store + Clone>, engine: Engine<World>, why: &str) {
    let before = engine.history("t").await.unwrap();
    let run = engine.execution::<W>("t").await.unwrap();
    let error = lab.until(MINUTE, run.result()).await.unwrap_err();
    assert!(error.to_string().contains(why), "{error}");
    assert_eq!(engine.status("t").await.unwrap(), Some(ExecutionStatus::Parked));
    assert_eq!(engine.history("t").await.unwrap(), before, "it is untouched");
    engine.shutdown().await.unwrap();
    // With the old definition it goes on.
    goes_on::<old::trip>(lab, lab.builder().workflow::<old::trip>().start().await.unwrap()).await;
}

async fn policies_and_what_was_not_reached_may_differ<G: Ground + 'static>() {
    let lab = asleep::<G>().await;
    goes_on::<old::trip>(&lab, lab.builder().workflow::<old::trip>().start().await.unwrap()).await;
    let lab = asleep::<G>().await;
    goes_on::<with_a_timeout::trip>(&lab, lab.builder().workflow::<with_a_timeout::trip>().start().await.unwrap())
        .await;
    let lab = asleep::<G>().await;
    let engine = lab.builder().workflow::<with_more_at_the_end::trip>().start().await.unwrap();
    goes_on::<with_more_at_the_end::trip>(&lab, engine).await;
    assert_eq!(lab.books.count("t/end"), 1);
}

async fn what_was_reached_may_not_and_the_node_is_named<G: Ground + 'static>() {
    let lab = asleep::<G>().await;
    let engine = lab.builder().workflow::<with_more_in_front::trip>().start().await.unwrap();
    is_parked::<with_more_in_front::trip>(&lab, engine, "`end`: the definition runs it before something that the execution has already done (the structure of the definition has changed").await;
    let lab = asleep::<G>().await;
    let engine = lab.builder().workflow::<renamed::trip>().start().await.unwrap();
    is_parked::<renamed::trip>(&lab, engine, "`other`: the definition runs it before").await;
    let lab = asleep::<G>().await;
    let engine = lab.builder().workflow::<with_another_step::trip>().start().await.unwrap();
    is_parked::<with_another_step::trip>(&lab, engine, "`a`: it ran `act`, and the definition now runs `act_once`")
        .await;
    let lab = asleep::<G>().await;
    let engine = lab.builder().workflow::<with_another_type::trip>().start().await.unwrap();
    is_parked::<with_another_type::trip>(&lab, engine, "`a`: a stored value no longer decodes").await;
}

async fn an_execution_stays_with_the_version_it_started_with<G: Ground + 'static>() {
    let lab = asleep::<G>().await;
    let engine = lab.builder().workflow::<second::trip>().start().await.unwrap();
    is_parked::<second::trip>(&lab, engine, "`trip` version 1 is not registered").await;
    let lab = asleep::<G>().await;
    let engine = lab.builder().workflow::<second::trip>().workflow::<old::trip>().start().await.unwrap();
    assert_eq!(engine.run(second::trip("x".into()).id("new")).await.unwrap(), "x!");
    goes_on::<old::trip>(&lab, engine).await;
}

/// While a new program takes the place of an old one, both are there.
async fn a_version_is_left_to_the_engine_that_knows_it<G: Ground + 'static>() {
    let lab = Lab::on_ground::<G>().await;
    let patient = || lab.builder().lease(24 * 60 * MINUTE);
    let new = patient().workflow::<second::trip>().start().await.unwrap();
    let old = patient().workflow::<old::trip>().start().await.unwrap();
    for number in 0..10 {
        let run = old.start(old::trip("x".into()).id(format!("t{number}"))).await.unwrap();
        lab.reaches(&old, run.id(), ExecutionStatus::Waiting).await;
    }
    for number in 0..10 {
        let run = old.execution::<old::trip>(&format!("t{number}")).await.unwrap();
        assert_eq!(lab.until(MINUTE, run.result()).await.unwrap(), "x!!", "t{number}");
    }
    old.shutdown().await.unwrap();
    new.shutdown().await.unwrap();
}

pub(crate) mod before_the_change {
    use super::*;
    workflow! {
        pub async fn choosy(name: String) -> Result<Vec<String>> {
            let way = if name.len() < 9 {
                #[name = "short"]
                let way = act(name).await?;
                way
            } else {
                #[name = "long"]
                let way = act(name).await?;
                way
            };
            let all = for word in vec![name.clone(), "two".to_owned()] {
                #[name = "word"]
                let done = act(word).await?;
                sleep!("1h").await;
                done
            };
            #[name = "last"]
            let last = act(format!("{way}{}", all.len())).await?;
            Ok(vec![last])
        }
    }
}

/// The same nodes; but what the condition, the loop and the input compute is something else now.
pub(crate) mod after_the_change {
    use super::*;
    workflow! {
        pub async fn choosy(name: String) -> Result<Vec<String>> {
            let way = if name.len() > 9 {
                #[name = "short"]
                let way = act(name).await?;
                way
            } else {
                #[name = "long"]
                let way = act(name).await?;
                way
            };
            let all = for word in vec!["other".to_owned()] {
                #[name = "word"]
                let done = act(word).await?;
                sleep!("1h").await;
                done
            };
            #[name = "last"]
            let last = act(format!("{way}{}", all.len())).await?;
            Ok(vec![last])
        }
    }
}

async fn choices_and_items_are_read_and_never_computed_again<G: Ground + 'static>() {
    let lab = Lab::on_ground::<G>().await;
    let engine = lab.builder().workflow::<before_the_change::choosy>().start().await.unwrap();
    engine.start(before_the_change::choosy("x".into()).id("c")).await.unwrap();
    lab.reaches(&engine, "c", ExecutionStatus::Waiting).await;
    engine.shutdown().await.unwrap();
    let engine = lab.builder().workflow::<after_the_change::choosy>().start().await.unwrap();
    let run = engine.execution::<after_the_change::choosy>("c").await.unwrap();
    assert_eq!(lab.until(MINUTE, run.result()).await.unwrap(), ["x!2!"]);
    assert_eq!(lab.books.calls(), ["c/if#1/0/short", "c/for#1[0]/word", "c/for#1[1]/word", "c/last"]);
}

mod before_the_type_changed {
    use super::*;

    #[derive(Clone, serde::Serialize, serde::Deserialize)]
    pub struct Size(pub u32);

    #[step]
    pub async fn measure(name: String) -> Result<Size> {
        Ok(Size(u32::try_from(name.len())?))
    }

    workflow! {
        pub async fn sized(name: String) -> Result<String> {
            let size = measure(name).await?;
            sleep!("2h").await;
            act(format!("{}", size.0)).await
        }
    }
}

mod after_the_type_changed {
    use super::*;

    #[derive(Clone, serde::Serialize, serde::Deserialize)]
    pub struct Size(pub String);

    #[step]
    pub async fn measure(name: String) -> Result<Size> {
        Ok(Size(name))
    }

    workflow! {
        pub async fn sized(name: String) -> Result<String> {
            let size = measure(name).await?;
            sleep!("2h").await;
            act(size.0.clone()).await
        }
    }
}

/// The nodes are what they were: the error says where else to look.
async fn a_parked_execution_says_whether_the_structure_has_changed<G: Ground + 'static>() {
    let lab = Lab::on_ground::<G>().await;
    let engine = lab.builder().workflow::<before_the_type_changed::sized>().start().await.unwrap();
    engine.start(before_the_type_changed::sized("x".into()).id("s")).await.unwrap();
    lab.reaches(&engine, "s", ExecutionStatus::Waiting).await;
    engine.shutdown().await.unwrap();
    lab.clock.advance(MINUTE * 180);
    let engine = lab.builder().workflow::<after_the_type_changed::sized>().start().await.unwrap();
    let run = engine.execution::<after_the_type_changed::sized>("s").await.unwrap();
    let error = lab.until(MINUTE, run.result()).await.unwrap_err().to_string();
    assert!(error.contains("`measure`: a stored value no longer decodes"), "{error}");
    assert!(error.contains("(the definition has not changed since the execution began: look for a type"), "{error}");
}

on_every_store![
    policies_and_what_was_not_reached_may_differ,
    what_was_reached_may_not_and_the_node_is_named,
    an_execution_stays_with_the_version_it_started_with,
    a_version_is_left_to_the_engine_that_knows_it,
    choices_and_items_are_read_and_never_computed_again,
    a_parked_execution_says_whether_the_structure_has_changed,
];
