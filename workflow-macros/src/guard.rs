//! Entry points run inside a guard: a panic in a macro becomes a bug report, never a lost item.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::{Span, TokenStream};

/// Runs `expand`; if it panics, emits `item` (what the user wrote) beside a report at the call site.
pub(crate) fn report_panics(item: &TokenStream, expand: impl FnOnce() -> TokenStream) -> TokenStream {
    catch_unwind(AssertUnwindSafe(expand)).unwrap_or_else(|panic| {
        let reason = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no reason was given");
        let text = format!(
            "the macro itself failed: {reason}\n\nhelp: this is a bug in workflow-macros; please report it with this item"
        );
        let report = syn::Error::new(Span::call_site(), text).into_compile_error();
        quote::quote!(#item #report)
    })
}
