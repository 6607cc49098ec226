//! In which order steps run.

use anyhow::Result;
use workflow_runtime::workflow;

use crate::host::{Host, on_every_host};
use crate::support::*;

workflow! {
    async fn three(x: String) -> Result<String> {
        let first = a(x).await?;
        let second = b(first).await?;
        let third = c(format!("{first}+{second}")).await?;
        Ok(format!("<{third}>"))
    }
}

// Case 1.
async fn steps_run_in_order_and_each_sees_what_its_arguments_say(host: Host) {
    let app = App::default();
    let result = host.run(three(x()), &app).await.unwrap();
    assert_eq!(result, "<c(a(x)+b(a(x)))>");
    assert_eq!(app.lines(), lines(["a(x)", "b(a(x))", "c(a(x)+b(a(x)))"]));
}

workflow! {
    async fn diamond(x: String) -> Result<String> {
        let top = a(x).await?;
        let (left, right) = parallel!(
            b(top),
            async {
                let first = c(top).await?;
                d(first).await
            },
        ).await?;
        e(format!("{left}|{right}")).await
    }
}

// Case 2.
async fn a_slow_branch_delays_only_what_needs_it(host: Host) {
    let app = App::default().takes("b", 60).takes("d", 1);
    let result = host.run(diamond(x()), &app).await.unwrap();
    assert_eq!(result, "e(b(a(x))|d(c(a(x))))");
    let expected = ["a(x)", "b(a(x))", "c(a(x))", "d(c(a(x)))", "d settles", "b settles", "e(b(a(x))|d(c(a(x))))"];
    assert_eq!(app.lines(), lines(expected));
}

// Case 3.
async fn two_runs_at_once_do_not_see_each_other_s_data(host: Host) {
    let app = App::default().takes("b", 5);
    let (one, other) = tokio::join!(host.run(three("1".to_owned()), &app), host.run(three("2".to_owned()), &app));
    assert_eq!(one.unwrap(), "<c(a(1)+b(a(1)))>");
    assert_eq!(other.unwrap(), "<c(a(2)+b(a(2)))>");
}

workflow! {
    async fn one_step_three_times(x: String) -> Result<Vec<String>> {
        #[name = "early"]
        let first = a(x).await?;
        let second = a(first).await?;
        #[name = "late"]
        let third = a(format!("{second}!")).await?;
        Ok(vec![first, second, third])
    }
}

// Case 4.
async fn one_step_called_three_times_is_three_nodes(host: Host) {
    let app = App::default();
    let result = host.run(one_step_three_times(x()), &app).await.unwrap();
    assert_eq!(result, ["a(x)", "a(a(x))", "a(a(a(x))!)"]);
    let graph = one_step_three_times::graph();
    let names: Vec<&str> = graph.nodes().iter().map(|node| node.path.as_str()).collect();
    assert_eq!(names, ["early", "a", "late"]);
}

workflow! {
    async fn nested_groups(x: String) -> Result<()> {
        parallel!(
            async {
                parallel!(a(x), b(x)).await?;
                Ok(())
            },
            c(x),
        ).await?;
        Ok(())
    }
}

async fn the_first_node_of_every_branch_begins_in_written_order_however_groups_nest(host: Host) {
    let app = App::default().takes("a", 1).takes("b", 2).takes("c", 3);
    host.run(nested_groups(x()), &app).await.unwrap();
    assert_eq!(app.lines()[..3], lines(["a(x)", "b(x)", "c(x)"]));
}

on_every_host![
    steps_run_in_order_and_each_sees_what_its_arguments_say,
    a_slow_branch_delays_only_what_needs_it,
    two_runs_at_once_do_not_see_each_other_s_data,
    one_step_called_three_times_is_three_nodes,
    the_first_node_of_every_branch_begins_in_written_order_however_groups_nest,
];
