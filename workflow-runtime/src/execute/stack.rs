//! The blocks in progress of a fiber, each inside the one below it.

use crate::graph::{Block, Node, ScopeId};

use super::fiber::Inside;

/// A stack. Most fibers are in one block that is nothing but its nodes, and need no more room than that.
pub(crate) struct Stack<C: 'static> {
    /// What is made of nothing where the stack is empty.
    top: Activation<C>,
}

/// A block in progress.
pub(crate) struct Activation<C: 'static> {
    /// `None` for what is made of no nodes.
    block: Option<&'static Block<C>>,
    pub(crate) at: u32,
    pub(crate) scope: ScopeId,
    more: Option<Box<More<C>>>,
}

/// What most blocks do not have.
struct More<C: 'static> {
    inside: Option<Inside<C>>,
    below: Stack<C>,
}

/// A block that is over.
pub(crate) struct Ended<C: 'static> {
    pub(crate) scope: ScopeId,
    pub(crate) inside: Option<Inside<C>>,
}

impl<C: 'static> Activation<C> {
    /// Nodes that run one after the other.
    pub(crate) fn block(block: &'static Block<C>, scope: ScopeId) -> Self {
        Self { block: Some(block), at: 0, scope, more: None }
    }

    /// The same, where there is more to know.
    pub(crate) fn body(block: &'static Block<C>, scope: ScopeId, inside: Inside<C>) -> Self {
        Self { block: Some(block), ..Self::of(scope, inside) }
    }

    /// What is made of no nodes.
    pub(crate) fn of(scope: ScopeId, inside: Inside<C>) -> Self {
        let more = More { inside: Some(inside), below: Stack::default() };
        Self { block: None, at: 0, scope, more: Some(Box::new(more)) }
    }

    /// The node that is next, or that is waited for.
    #[inline]
    pub(crate) fn node(&self) -> Option<&'static Node<C>> {
        self.block?.nodes.get(self.at as usize)
    }

    /// What is to be known of it beside its nodes.
    #[inline]
    pub(crate) fn inside(&self) -> Option<&Inside<C>> {
        self.more.as_ref()?.inside.as_ref()
    }

    #[inline]
    pub(crate) fn inside_mut(&mut self) -> Option<&mut Inside<C>> {
        self.more.as_mut()?.inside.as_mut()
    }

    #[inline]
    pub(crate) fn is_undo(&self) -> bool {
        matches!(self.inside(), Some(Inside::Undo(_)))
    }
}

impl<C: 'static> Default for Stack<C> {
    fn default() -> Self {
        Self { top: Activation { block: None, at: 0, scope: 0, more: None } }
    }
}

impl<C: 'static> Stack<C> {
    /// The stack of what begins with this block.
    pub(crate) fn new(top: Activation<C>) -> Self {
        Self { top }
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.top.block.is_none() && self.top.more.is_none()
    }

    /// The innermost block.
    #[inline]
    pub(crate) fn last(&self) -> Option<&Activation<C>> {
        (!self.is_empty()).then_some(&self.top)
    }

    #[inline]
    pub(crate) fn last_mut(&mut self) -> Option<&mut Activation<C>> {
        (!self.is_empty()).then_some(&mut self.top)
    }

    pub(crate) fn push(&mut self, mut top: Activation<C>) {
        let below = std::mem::take(self);
        if !below.is_empty() {
            let more = top.more.get_or_insert_with(|| Box::new(More { inside: None, below: Self::default() }));
            more.below = below;
        }
        self.top = top;
    }

    pub(crate) fn pop(&mut self) -> Option<Ended<C>> {
        let scope = self.last()?.scope;
        let Self { top } = std::mem::take(self);
        let inside = top.more.and_then(|more| {
            let More { inside, below } = *more;
            *self = below;
            inside
        });
        Some(Ended { scope, inside })
    }

    /// From the innermost block to the outermost.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Activation<C>> {
        std::iter::successors(self.last(), |above| above.more.as_ref()?.below.last())
    }

    pub(crate) fn len(&self) -> usize {
        self.iter().count()
    }

    /// The block at this place, counted from the outermost.
    pub(crate) fn get_mut(&mut self, place: usize) -> Option<&mut Activation<C>> {
        let above = self.len().checked_sub(place + 1)?;
        let mut at = self;
        for _ in 0..above {
            at = &mut at.top.more.as_mut()?.below;
        }
        at.last_mut()
    }

    /// The place, counted from the outermost, of the outermost block that `is` accepts.
    pub(crate) fn position(&self, is: impl Fn(&Activation<C>) -> bool) -> Option<usize> {
        let above = self.iter().enumerate().filter(|(_, activation)| is(activation)).last()?.0;
        self.len().checked_sub(above + 1)
    }

    /// Whether `is` accepts one of the outermost blocks, so many of them.
    pub(crate) fn any_below(&self, height: usize, is: impl Fn(&Activation<C>) -> bool) -> bool {
        self.iter().skip(self.len().saturating_sub(height)).any(is)
    }
}
