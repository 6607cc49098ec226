//! What a pure expression calls: a function, with all its arguments, that gives its value at once.
//!
//! To rustc the call of a step without `.await` is the call of a function that lacks its services and gives a future, and
//! it would complain about both, and about every later use. `workflow!` asks here before, and rustc complains once: where
//! the answer is no, the function has no type, and about what has none rustc is silent.

/// A function that takes the arguments `A` and gives what `K` lets it. `M` says how, and is never written.
#[diagnostic::on_unimplemented(
    message = "this call lacks its `.await`, or does not have as many arguments as the function takes",
    label = "if this is a step, write `.await?` after the call",
    note = "help: the call of a step or workflow ends in `.await?`, and takes data alone: the services are lent to it",
    note = "help: any other function is not async, and is called with all its arguments"
)]
pub trait Callee<K, A, M> {
    /// The function itself.
    type Function;
    /// The function itself.
    fn function(self) -> Self::Function;
}

/// Which functions are meant: those that give a value. It can be moved wherever it is, while the future of an async
/// function, and an `Invocation`, cannot.
#[derive(Debug)]
pub enum Values {}

/// Which functions are meant: all. Whether a generic workflow's `T` may be moved is not known.
#[derive(Debug)]
pub enum Anything {}

/// `R` may be the result of a function of the kind that is meant.
pub trait Gives<R> {}
impl<R: Unpin> Gives<R> for Values {}
impl<R> Gives<R> for Anything {}

/// The function takes these arguments.
#[derive(Debug)]
pub enum Fits {}

/// Nothing does. With a second way that is never taken rustc looks at the first before it believes in it.
#[derive(Debug)]
pub enum Otherwise {}

/// Holds for nothing.
pub trait Never {}

impl<F: Never, K, A> Callee<K, A, Otherwise> for F {
    type Function = F;
    fn function(self) -> F {
        self
    }
}

macro_rules! callees {
    ($(($($argument:ident)*))*) => {$(
        impl<F, R, K: Gives<R>, $($argument),*> Callee<K, ($($argument,)*), Fits> for F
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

/// The function that an expression is about to call.
#[inline]
pub fn callee<K, F, A, M>(function: F) -> <F as Callee<K, A, M>>::Function
where
    F: Callee<K, A, M>,
{
    function.function()
}
