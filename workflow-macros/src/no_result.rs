//! Return types that are no `Result`, whatever the names of the crate mean.

use syn::Type;

const PLAIN: [&str; 16] = [
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "usize",
    "String",
];
const PLAIN_GENERIC: [&str; 5] = ["Vec", "Option", "Box", "BTreeMap", "HashMap"];

/// Whether the type is no `Result` under any alias.
pub(crate) fn is_no_result(ty: &Type) -> bool {
    match ty {
        Type::Tuple(_) | Type::Array(_) | Type::Slice(_) | Type::Never(_) => true,
        Type::Path(path) => {
            let only = path.path.get_ident();
            let last = path.path.segments.last().map(|segment| &segment.ident);
            only.is_some_and(|name| PLAIN.iter().any(|plain| name == plain))
                || last.is_some_and(|name| PLAIN_GENERIC.iter().any(|plain| name == plain))
        }
        _ => false,
    }
}
