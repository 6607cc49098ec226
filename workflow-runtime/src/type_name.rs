//! Names of types as they are stored: without the paths of modules, which people change without thinking of what waits in
//! a database.

/// The name of `T`.
pub(crate) fn of<T>() -> String {
    without_paths(std::any::type_name::<T>())
}

/// `shop::orders::OrderPlaced` is `OrderPlaced`, and `alloc::vec::Vec<shop::Line>` is `Vec<Line>`.
pub(crate) fn without_paths(name: &str) -> String {
    let mut short = String::with_capacity(name.len());
    let mut segment = 0;
    for (at, character) in name.char_indices() {
        short.push(character);
        if name.get(..=at).is_some_and(|read| read.ends_with("::")) {
            short.truncate(segment);
        } else if !(character.is_alphanumeric() || "_:{}".contains(character)) {
            segment = short.len();
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::without_paths;

    #[test]
    fn only_the_last_segment_of_each_path_is_kept() {
        assert_eq!(without_paths("u64"), "u64");
        assert_eq!(without_paths("shop::orders::OrderPlaced"), "OrderPlaced");
        assert_eq!(without_paths("alloc::vec::Vec<shop::Line>"), "Vec<Line>");
        assert_eq!(without_paths("(a::B, core::option::Option<c::D<e::F>>)"), "(B, Option<D<F>>)");
        assert_eq!(without_paths("[a::ö::B; 3]"), "[B; 3]");
        assert_eq!(without_paths("shop::place_order::{{closure}}::Local"), "Local");
    }
}
