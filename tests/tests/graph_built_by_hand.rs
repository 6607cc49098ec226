//! The builder is public: a workflow can be written without the macros.
#![allow(missing_docs, non_camel_case_types, clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

use workflow_runtime::__rt::*;
use workflow_runtime::{Invocation, Provide, step};

#[derive(Default)]
struct Log(Mutex<Vec<String>>);
impl Log {
    fn add(&self, line: impl Into<String>) {
        self.0.lock().unwrap().push(line.into());
    }
}
#[derive(Default)]
struct App {
    log: Log,
}
impl Provide<Log> for App {
    fn provide(&self) -> &Log {
        &self.log
    }
}

#[step(compensate = release)]
async fn reserve(sku: String, log: &Log) -> anyhow::Result<u32> {
    log.add(format!("reserve {sku}"));
    Ok(7)
}

#[step]
async fn release(stock: u32, log: &Log) -> anyhow::Result<()> {
    log.add(format!("release {stock}"));
    Ok(())
}

#[step]
async fn charge(cents: i64, log: &Log) -> anyhow::Result<String> {
    if cents > 10 {
        anyhow::bail!("declined");
    }
    log.add(format!("charge {cents}"));
    Ok(format!("paid {cents}"))
}

struct place {}
fn place(sku: String, cents: i64) -> Invocation<place> {
    Invocation::new((sku, cents))
}
const _: () = {
    type __Return = anyhow::Result<(String, Option<u32>)>;
    type __Error = <__Return as Results>::Error;
    impl Parameter<0> for place {
        type Data = String;
    }
    impl Parameter<1> for place {
        type Data = i64;
    }
    impl Returns for place {
        type Return = __Return;
    }
    impl Signature for place {
        type Shape = Takes<2>;
        type Gives = WorkflowGives;
    }
    impl Workflow for place {
        const INFO: WorkflowInfo = WorkflowInfo::new("place");
        fn programs() -> &'static Programs {
            static PROGRAMS: Programs = Programs::new();
            &PROGRAMS
        }
    }
    impl<P> NeedsNoSignal<P> for place
    where
        reserve: NeedsNoSignal<P>,
        charge: NeedsNoSignal<P>,
    {
    }
    impl<C: Container> RunsOn<C> for place
    where
        reserve: RunsOn<C>,
        charge: RunsOn<C>,
    {
        fn runnable() -> Runnable<C> {
            Runnable::workflow::<Self>(build::<C>)
        }
    }
    fn build<C: Container>(
        b: &mut GraphBuilder<C>,
        __input: Handle<(String, i64)>,
        out: Out<(String, Option<u32>)>,
    ) -> Given
    where
        reserve: RunsOn<C>,
        charge: RunsOn<C>,
    {
        let stock = b
            .call::<reserve>("reserve", &[__input.at("0")], move |env| {
                let (sku, _) = env.get(__input);
                reserve::__args(sku.clone())
            })
            .required();
        let doubled = b.pure("doubled", &[stock.whole()], move |env| {
            let stock = env.get(stock);
            (0..*stock).collect()
        });
        let a0 = Arm::new(0);
        let a1 = Arm::new(1);
        let maybe = b.branch(
            "if",
            &[stock.whole()],
            move |env| {
                let stock = env.get(stock);
                if *stock > 5 { a0.take((*stock,)) } else { a1.take(()) }
            },
            |arms, out| {
                arms.arm(a0, "then", |b, bound| {
                    b.give(out, &[bound.whole()], move |env| {
                        let (n,) = env.get(bound);
                        Some(*n)
                    })
                });
                arms.arm(a1, "else", |b, _| b.give(out, &[], move |_| None));
            },
        );
        let (x, y) = b
            .parallel(|p| {
                let x = p.branch(|b, out| {
                    let h = b
                        .named("left")
                        .call::<charge>("charge", &[], move |env| {
                            let (_, cents) = env.get(__input);
                            charge::__args(*cents)
                        })
                        .required();
                    b.forward(out, h, |v| v)
                });
                let y = p.branch(|b, out| b.give(out, &[], move |_| 1_u8));
                (x, y)
            })
            .required();
        b.try_give(out, &[], move |env| -> Result<_, __Error> {
            let doubled: &Vec<u32> = env.get(doubled);
            let x = env.get(x);
            let y = env.get(y);
            Ok((format!("{x} {y} {}", doubled.len()), *env.get(maybe)))
        })
    }
};

#[tokio::test]
async fn it_completes() {
    let app = App::default();
    let result = place("bolt".into(), 5).run(&app).await.unwrap();
    assert_eq!(result, ("paid 5 1 7".to_owned(), Some(7)));
    assert_eq!(*app.log.0.lock().unwrap(), ["reserve bolt", "charge 5"]);
}

#[tokio::test]
async fn it_rolls_back() {
    let app = App::default();
    let error = place("bolt".into(), 50).run(&app).await.unwrap_err();
    assert_eq!(error.to_string(), "workflow `place` failed at `parallel#1/0/left`: declined; undone: reserve");
    assert_eq!(*app.log.0.lock().unwrap(), ["reserve bolt", "release 7"]);
    println!("{}", graph::<place>());
    println!("{}", graph::<place>().to_mermaid());
    println!("{:?}", graph::<place>().edges());
}

#[tokio::test]
async fn it_spawns() {
    let handle = place("bolt".into(), 5).spawn(Arc::new(App::default()));
    assert_eq!(handle.result().await.unwrap().1, Some(7));
}
