//! A workflow whose name and types a macro was given brings no warning, whether its graph is asked for or not.
#![deny(warnings)]
use anyhow::Result;
use workflow_runtime::{Data, step, workflow};

#[step]
async fn last<T: Data>(items: Vec<T>) -> Result<Option<T>> {
    Ok(items.last().cloned())
}

macro_rules! last_of {
    ($($name:ident: $ty:ty),*) => {
        $(workflow! {
            async fn $name(items: Vec<$ty>) -> Result<Option<$ty>> {
                last::<$ty>(items).await
            }
        })*
    };
}

last_of!(last_number: u64, last_word: String);

fn main() {
    drop((last_number(vec![1]), last_word(Vec::new())));
}
