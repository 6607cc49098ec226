//! What a pure expression calls: a function, with all its arguments, that gives its value at once.
//!
//! To rustc the call of a step without `.await` is the call of a function that lacks its services and gives a future, and
//! it would complain about both, and about every later use. `workflow!` asks here before, and rustc complains once: where
//! the answer is no, the function has no type, and about what has none rustc is silent.
//!
//! Refused as well is what rustc does not count among functions (`extern "C"`, `#[target_feature]`), and what gives a value
//! that cannot be moved: written as `(function)(x)`, nobody asks for it.

/// A function that takes the arguments `A`. `M` says how, and is never written.
#[diagnostic::on_unimplemented(
    message = "this call lacks its `.await`, or the function takes another number of arguments",
    label = "if it is a step, write `.await?` after the call",
    note = "help: the call of a step takes data alone: the services are lent to it"
)]
pub trait Callee<A, M> {
    /// The function itself.
    type Function;
    /// The function itself.
    fn function(self) -> Self::Function;
}

/// A function that gives what `K` lets it to the arguments `A`. `M` is as above.
#[diagnostic::on_unimplemented(
    message = "this call lacks its `.await`",
    label = "has no value yet: write `.await?` after the call",
    note = "help: a step or workflow runs where its call is awaited; any other function is not async"
)]
pub trait AtOnce<K, A, M> {
    /// The function itself.
    type Function;
    /// The function itself.
    fn function(self) -> Self::Function;
}

/// Functions that give a value. It can be moved wherever it is, while the future of an async function, and an
/// `Invocation`, cannot.
#[derive(Debug)]
pub enum Values {}

/// All functions. Whether a generic workflow's `T` may be moved is not known.
#[derive(Debug)]
pub enum Anything {}

/// `R` may be the result of a function of the kind that is meant.
pub trait Gives<R> {}
impl<R: Unpin> Gives<R> for Values {}
impl<R> Gives<R> for Anything {}

/// It is so.
#[derive(Debug)]
pub enum Holds {}

/// Nothing is so. With a second way that is never taken rustc looks at the first before it believes in it.
#[derive(Debug)]
pub enum Otherwise {}

/// Holds for nothing.
pub trait Never {}

impl<F: Never, A> Callee<A, Otherwise> for F {
    type Function = F;
    fn function(self) -> F {
        self
    }
}

impl<F: Never, K, A> AtOnce<K, A, Otherwise> for F {
    type Function = F;
    fn function(self) -> F {
        self
    }
}

macro_rules! callees {
    ($(($($argument:ident)*))*) => {$(
        impl<F, R, $($argument),*> Callee<($($argument,)*), Holds> for F
        where
            F: FnOnce($($argument),*) -> R,
        {
            type Function = F;
            #[inline]
            fn function(self) -> F {
                self
            }
        }

        impl<F, R, K: Gives<R>, $($argument),*> AtOnce<K, ($($argument,)*), Holds> for F
        where
            F: FnOnce($($argument),*) -> R,
        {
            type Function = F;
            #[inline]
            fn function(self) -> F {
                self
            }
        }
    )*};
}

callees! {
    ()
    (A1)
    (A1 A2)
    (A1 A2 A3)
    (A1 A2 A3 A4)
    (A1 A2 A3 A4 A5)
    (A1 A2 A3 A4 A5 A6)
    (A1 A2 A3 A4 A5 A6 A7)
    (A1 A2 A3 A4 A5 A6 A7 A8)
}

/// The function that an expression is about to call with the arguments `A`.
#[inline]
pub fn callee<F: Callee<A, M>, A, M>(function: F) -> F::Function {
    function.function()
}

/// The same, which gives what `K` lets it.
#[inline]
pub fn at_once<K, F: AtOnce<K, A, M>, A, M>(function: F) -> F::Function {
    function.function()
}
