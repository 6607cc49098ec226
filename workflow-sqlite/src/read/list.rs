//! Pages of executions.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use workflow_runtime::store::{Cursor, ExecutionStatus, Filter, Page};

use crate::error::Result;
use crate::rows::{damaged_row, limit, summary};

pub(crate) fn list(connection: &Connection, filter: &Filter) -> Result<Page> {
    let (sql, values) = query(filter);
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let (mut page, mut last) = (Page::default(), None);
    while let Some(row) = rows.next()? {
        if page.executions.len() + page.damaged.len() == filter.limit {
            page.next = last;
            break;
        }
        last = Some(match summary(row) {
            Ok(found) => {
                let cursor = found.cursor();
                page.executions.push(found);
                cursor
            }
            Err(error) => {
                let damaged = damaged_row(error, row, "id", "execution")?;
                let cursor = Cursor { created: row.get("created")?, id: damaged.name.clone() };
                page.damaged.push(damaged);
                cursor
            }
        });
    }
    Ok(page)
}

/// The statement for a filter, and its values. One more row than asked for is read, to know whether there is more.
fn query(filter: &Filter) -> (String, Vec<Value>) {
    let mut conditions: Vec<String> = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    let mut only = |condition: &str, new: &[Value]| {
        conditions.push(condition.to_owned());
        values.extend_from_slice(new);
    };
    if let Some(workflow) = &filter.workflow {
        only("workflow = ?", &[workflow.clone().into()]);
    }
    if !filter.statuses.is_empty() {
        let marks = vec!["?"; filter.statuses.len()].join(", ");
        let statuses: Vec<Value> = filter.statuses.iter().map(|status| status.as_str().to_owned().into()).collect();
        only(&format!("status IN ({marks})"), &statuses);
        if !filter.statuses.contains(&ExecutionStatus::Completed) {
            // Says to SQLite that the index without the completed ones will do.
            only("status <> 'completed'", &[]);
        }
    }
    if let Some(from) = filter.created_from {
        only("created >= ?", &[from.into()]);
    }
    if let Some(before) = filter.created_before {
        only("created < ?", &[before.into()]);
    }
    if let Some(prefix) = &filter.id_prefix {
        only("id >= ?", &[prefix.clone().into()]);
        if let Some(end) = behind(prefix) {
            only("id < ?", &[end.into()]);
        }
    }
    if let Some(Cursor { created, id }) = &filter.after {
        only("(created, id) < (?, ?)", &[(*created).into(), id.clone().into()]);
    }
    values.push(limit(filter.limit).saturating_add(1).into());
    let conditions = if conditions.is_empty() { String::new() } else { format!("WHERE {} ", conditions.join(" AND ")) };
    let columns = "id, workflow, version, status, run, owner, due, created, ended, coalesce((SELECT at FROM journal \
                   WHERE execution = e.number AND revision > e.revision ORDER BY revision DESC LIMIT 1), updated) AS updated";
    (format!("SELECT {columns} FROM executions e {conditions}ORDER BY created DESC, id DESC LIMIT ?"), values)
}

/// The first text behind all that begin with a prefix; `None` if there is no such text.
fn behind(prefix: &str) -> Option<String> {
    let mut text: Vec<char> = prefix.chars().collect();
    while let Some(last) = text.pop() {
        // The range of characters leaves out the surrogates, as it has to.
        if let Some(next) = (last..=char::MAX).nth(1) {
            text.push(next);
            return Some(text.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::behind;

    #[test]
    fn what_is_behind_a_prefix_is_behind_everything_that_begins_with_it() {
        assert_eq!(behind("ab").as_deref(), Some("ac"));
        assert_eq!(behind("a\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(behind("\u{D7FF}").as_deref(), Some("\u{E000}"));
        assert_eq!(behind("\u{10FFFF}"), None);
        assert_eq!(behind(""), None);
    }
}
