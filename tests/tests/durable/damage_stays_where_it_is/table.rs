//! What rubbish there may be, and what becomes of the execution that it belongs to.

use Then::{Completes, Parks, Says, Waits};

/// What is to become of the execution `v`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Then {
    /// It goes on as if nothing were.
    Completes,
    /// It waits for the signal, which has to be sent again.
    Waits,
    /// Whoever asks hears of it with these words, and it stays as it is.
    Says(&'static [&'static str]),
    /// The same, and it is parked.
    Parks(&'static [&'static str]),
}

/// Text that is none.
pub(super) const NO_TEXT: &str = "CAST(x'ff00' AS TEXT)";
const HUGE: &str = "9223372036854775807";
const RETRIES: Then = Parks(&["what execution `v` retries (`retries`) is damaged"]);
const JOURNAL: Then = Parks(&["the journal of execution `v` is damaged"]);
const INBOX: Then = Parks(&["the inbox of execution `v` is damaged"]);
const INPUT: Then = Parks(&["the input of execution `v` is damaged"]);

/// Values, as SQL, and what each leads to.
type Values = &'static [(&'static str, Then)];

/// For each table and column, values that are wrong there.
pub(super) const COLUMNS: &[(&str, &str, Values)] = &[
    (
        "executions",
        "id",
        &[("''", Says(&["there is no execution `v`"])), (NO_TEXT, Says(&["there is no execution `v`"]))],
    ),
    (
        "executions",
        "workflow",
        &[
            ("'errands'", Says(&["`v` belongs to an execution of the workflow `errands`"])),
            (NO_TEXT, Says(&["execution `v` is damaged", "`workflow` is no text"])),
        ],
    ),
    (
        "executions",
        "version",
        &[
            ("-1", Says(&["execution `v` is damaged", "`version` has the value `-1`"])),
            ("99", Parks(&["`errand` version 99 is not registered"])),
        ],
    ),
    (
        "executions",
        "fingerprint",
        &[("'rubbish'", Completes), (NO_TEXT, Says(&["execution `v` is damaged", "`fingerprint` is no text"]))],
    ),
    (
        "executions",
        "status",
        &[
            ("'dreaming'", Says(&["execution `v` is damaged", "`status` has the value `dreaming`"])),
            (NO_TEXT, Says(&["execution `v` is damaged", "`status` is no text"])),
            ("'running'", Completes),
            ("'compensating'", Completes),
            ("'parked'", Completes),
            ("'completed'", Says(&["the result of execution `v` is damaged", "it is not there"])),
            ("'failed'", Says(&["the error of execution `v` is damaged", "it is not there"])),
        ],
    ),
    (
        "executions",
        "run",
        &[
            ("-1", Says(&["execution `v` is damaged", "`run` has the value `-1`"])),
            (HUGE, Says(&["execution `v` is damaged", "`run` has the value"])),
            ("0", JOURNAL),
            ("7", JOURNAL),
        ],
    ),
    (
        "executions",
        "revision",
        &[
            // Where the journal has a higher one, that counts.
            ("-1", Completes),
            ("1", Completes),
            ("999", Completes),
            (HUGE, Says(&["execution `v` is damaged", "`revision` has the value"])),
        ],
    ),
    (
        "executions",
        "owner",
        &[("'nobody'", Completes), (NO_TEXT, Says(&["execution `v` is damaged", "`owner` is no text"]))],
    ),
    ("executions", "due", &[("-1", Completes)]),
    (
        "executions",
        "retries",
        &[
            ("''", RETRIES),
            ("'no json'", RETRIES),
            ("'[]'", RETRIES),
            ("'{\"try_act\":'", RETRIES),
            ("'{\"try_act\":{\"attempts\":-1,\"due\":1,\"error\":\"\"}}'", RETRIES),
            ("'{\"try_act\":{\"attempts\":4294967295,\"due\":1,\"error\":\"\"}}'", Completes),
            ("'{\"else\":{\"attempts\":1,\"due\":1,\"error\":\"\"}}'", Completes),
            ("NULL", Completes),
            (NO_TEXT, Says(&["execution `v` is damaged", "`retries` is no text"])),
        ],
    ),
    (
        "executions",
        "events",
        &[("-1", Says(&["execution `v` is damaged", "`events` has the value `-1`"])), ("0", JOURNAL), ("99", JOURNAL)],
    ),
    ("executions", "created", &[("-1", Completes), (HUGE, Completes)]),
    ("executions", "updated", &[("-1", Completes), (HUGE, Completes)]),
    ("executions", "ended", &[("5", Completes)]),
    (
        "payloads",
        "data",
        &[
            ("''", INPUT),
            ("'{'", INPUT),
            ("'7'", Parks(&["`input`: a stored value no longer decodes"])),
            ("'[7]'", Parks(&["`input`: a stored value no longer decodes"])),
            (NO_TEXT, Says(&["execution `v` is damaged", "`input` is no text"])),
        ],
    ),
    ("journal", "execution", &[("999", JOURNAL)]),
    // The order counts, and not the number.
    ("journal", "revision", &[("revision + 100", Completes), ("-revision", JOURNAL), (HUGE, Says(&["`revision`"]))]),
    ("journal", "run", &[("2", JOURNAL), ("-1", JOURNAL)]),
    ("journal", "seq", &[("seq + 1", JOURNAL), ("-1", JOURNAL), (HUGE, JOURNAL)]),
    ("journal", "at", &[("-1", Completes)]),
    (
        "journal",
        "events",
        &[
            ("''", JOURNAL),
            ("'{}'", JOURNAL),
            ("'[[1]]'", JOURNAL),
            ("'[[\"step.began\"'", JOURNAL),
            ("'[[\"dreamed\",\"act\",{}],[\"dreamed\",\"act\",{}]]'", Parks(&["`v`", "`dreamed` at `act`"])),
            ("'[[\"step.woke\",\"act\",{}],[\"step.woke\",\"act\",{}]]'", Parks(&["`v`", "`step.woke` at `act`"])),
            (
                "'[[\"step.succeeded\",\"act\",{}],[\"step.succeeded\",\"act\",{}]]'",
                Parks(&["`v`", "`act`", "missing field"]),
            ),
            ("substr(events, 1, length(events) - 2)", JOURNAL),
            ("replace(events, 'try_act', 'other')", Parks(&["`other`", "which the definition no longer has"])),
            (NO_TEXT, JOURNAL),
        ],
    ),
    ("messages", "execution", &[("999", Waits)]),
    ("messages", "id", &[("''", Completes), (NO_TEXT, INBOX)]),
    ("messages", "kind", &[("'shout'", Waits), (NO_TEXT, INBOX)]),
    ("messages", "name", &[("'nobody'", Completes), (NO_TEXT, INBOX)]),
    ("messages", "data", &[("''", Waits), ("'{'", Waits), ("'7'", Waits), (NO_TEXT, INBOX)]),
    ("messages", "at", &[("-1", Completes)]),
    ("messages", "consumed", &[("7", Waits), ("-1", Waits)]),
];

/// Rows that are not there, are there twice, or are those of another.
pub(super) const ROWS: &[(&str, Then)] = &[
    ("DELETE FROM payloads WHERE execution = V", Says(&["execution `v` is damaged", "`input` is empty"])),
    ("DELETE FROM journal WHERE execution = V", JOURNAL),
    ("DELETE FROM journal WHERE number = (SELECT min(number) FROM journal WHERE execution = V)", JOURNAL),
    (
        "INSERT INTO journal (execution, revision, run, seq, at, events) \
         SELECT execution, revision + 50, run, seq, at, events FROM journal WHERE execution = V",
        JOURNAL,
    ),
    ("UPDATE journal SET execution = V, revision = revision + 50 WHERE execution = W", JOURNAL),
    ("DELETE FROM messages WHERE execution = V", Waits),
    ("UPDATE owners SET owner = CAST(x'ff00' AS TEXT)", Completes),
    ("UPDATE owners SET lease_until = -1", Completes),
    ("DELETE FROM owners", Completes),
];
