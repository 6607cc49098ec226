//! A step names the step that undoes it. When something fails later, the undo runs by itself.

use anyhow::{Result, bail};
use workflow_runtime::{StepResponse, step, workflow};

#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
struct User {
    name: String,
}

/// A row in a database of our own, which is there or is not: one that fails has created nobody.
///
/// The first part of the response goes on along the workflow, the second is kept for the compensation.
/// Without `StepResponse` the compensation receives the output itself.
#[step(compensate = delete_user)]
async fn create_user(name: String) -> Result<StepResponse<User, u32>> {
    let id = 17;
    println!("  created user {id}, {name}");
    Ok(StepResponse::new(User { name }, id))
}

/// A compensation is a step too. Should it take anything but the `u32`, the compiler says so.
#[step]
async fn delete_user(id: u32) -> Result<()> {
    println!("  deleted user {id}");
    Ok(())
}

#[step]
async fn send_invitation(user: User, email: String) -> Result<()> {
    if !email.contains('@') {
        bail!("{email} is no address");
    }
    println!("  invited {}", user.name);
    Ok(())
}

workflow! {
    async fn register(name: String, email: String) -> Result<User> {
        let user = create_user(name).await?;
        send_invitation(user, email).await?;
        Ok(user)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for email in ["ada@example.org", "nowhere"] {
        println!("register with {email}");
        match register("Ada".to_owned(), email.to_owned()).run(&()).await {
            Ok(user) => println!("  registered {}", user.name),
            Err(error) => println!("  {error}"),
        }
    }
}

#[cfg(test)]
#[path = "../tests/saga_examples/03_compensation.rs"]
pub(crate) mod suite;
