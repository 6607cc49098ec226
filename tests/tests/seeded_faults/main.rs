//! Sagas with one fault each, as people write them, and what the generated suite says to it.
//!
//! Each file has a workflow, the fault in the words of its name, and a test that asserts which cases fail and that the
//! message names the culprit.

mod a_compensation_cannot_look_up;
mod a_compensation_is_forgotten;
mod a_compensation_is_not_idempotent;
mod a_compensation_undoes_too_much;
mod a_correct_saga_raises_no_alarm;
mod a_node_is_never_reached;
mod a_step_does_its_work_again;
mod a_step_fails_after_its_effect;
mod a_value_does_not_come_back;
mod an_undo_by_hand_is_not_idempotent;
mod an_undo_fails_where_nothing_is_left;
mod an_undo_gets_the_wrong_payload;
mod books;
mod state_is_kept_in_a_static;
mod state_is_kept_in_the_process;
mod the_order_of_undo_matters;
mod what_a_fixture_lacks;
