//! Tuples of handles, as `parallel!` makes them.

use crate::data::Data;

use super::env::Env;
use super::handle::Handle;

/// The handles of a group's branches, and the tuple of their values.
pub trait Join: Copy + Send + Sync + 'static {
    /// The values as one tuple.
    type Value: Data;

    /// Collects the values.
    fn gather(self, env: &Env<'_>) -> Self::Value;
}

macro_rules! join {
    ($(($($name:ident)+))+) => {$(
        impl<$($name: Data),+> Join for ($(Handle<$name>,)+) {
            type Value = ($($name,)+);

            #[expect(non_snake_case, reason = "one name serves as type and as binding")]
            fn gather(self, env: &Env<'_>) -> Self::Value {
                let ($($name,)+) = self;
                ($(env.get($name).clone(),)+)
            }
        }
    )+};
}

join! {
    (A)
    (A B)
    (A B C)
    (A B C D)
    (A B C D E)
    (A B C D E F)
    (A B C D E F G)
    (A B C D E F G H)
    (A B C D E F G H I)
    (A B C D E F G H I J)
    (A B C D E F G H I J K)
    (A B C D E F G H I J K L)
    (A B C D E F G H I J K L M)
    (A B C D E F G H I J K L M N)
    (A B C D E F G H I J K L M N O)
    (A B C D E F G H I J K L M N O P)
}

impl Join for () {
    type Value = ();

    fn gather(self, _: &Env<'_>) {}
}
