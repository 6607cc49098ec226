//! A type that cannot be recorded is refused at each signature that names it, and nowhere else: neither where a workflow
//! awaits the step, binds its output and passes it on, nor where the workflow is run.
use anyhow::Result;
use workflow_runtime::{step, workflow};

#[derive(Debug, Clone)]
pub struct Machine {
    pub id: u64,
    pub address: String,
}

#[step(compensate = destroy)]
pub async fn create(region: String) -> Result<Machine> {
    Ok(Machine { id: 1, address: region })
}

#[step]
pub async fn destroy(machine: Machine) -> Result<()> {
    drop(machine);
    Ok(())
}

#[step]
pub async fn register(machine: Machine, address: String) -> Result<u64> {
    drop(address);
    Ok(machine.id)
}

workflow! {
    pub async fn provision(region: String) -> Result<u64> {
        let machine = create(region).await?;
        let id = register(machine, machine.address).await?;
        Ok(id + machine.id)
    }
}

workflow! {
    pub async fn hand_over(region: String) -> Result<Machine> {
        let id = provision(region).await?;
        Ok(Machine { id, address: region })
    }
}

pub async fn run() -> Result<u64> {
    let id = provision("eu".to_owned()).run(&()).await?;
    let machine = hand_over("eu".to_owned()).run(&()).await?;
    Ok(id + machine.id)
}

fn main() {}
