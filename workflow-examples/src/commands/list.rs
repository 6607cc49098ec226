//! Listing executions, a page at a time.

use anyhow::Result;
use workflow_runtime::store::{Cursor, Filter, Store, StoreError};

use super::counter::{find, look};
use super::out::print;
use crate::cli::ListArgs;
use crate::shop::{report, time};

pub(super) async fn list(arguments: &ListArgs) -> Result<u8> {
    let (place, store) = look(&arguments.file).await?;
    let after = match &arguments.after {
        Some(id) => Some(Cursor { created: find(&place, &store, id).await?.created, id: id.clone() }),
        None => None,
    };
    let filter = Filter {
        workflow: arguments.workflow.clone(),
        statuses: arguments.status.clone(),
        id_prefix: arguments.prefix.clone(),
        after,
        limit: arguments.limit.get(),
        ..Filter::default()
    };
    let page = store.list(filter).await?;
    if page.executions.is_empty() && page.damaged.is_empty() {
        print("There is no such execution.\n");
        return Ok(0);
    }
    let mut table = report::table(["id", "workflow", "status", "created (UTC)", "took"]);
    for found in &page.executions {
        let took = found.ended.map(|ended| format!("{} ms", ended.saturating_sub(found.created))).unwrap_or_default();
        let (status, created) = (found.status.to_string(), time::date(found.created));
        table.add_row([&found.id, &found.workflow, &status, &created, &took]);
    }
    print(&format!("{table}\n"));
    for damaged in page.damaged {
        print(&format!("{}\n", StoreError::from(damaged)));
    }
    if let Some(next) = page.next {
        print(&format!("There are more: go on with `--after {}`.\n", next.id));
    }
    Ok(0)
}
