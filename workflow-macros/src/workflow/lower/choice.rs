//! `if` and `match`: one closure chooses, once, and each arm is a block.

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Expr, Ident};

use super::expression::Lowered;
use super::rewrite::Rewrite;
use super::scope::Group;
use super::{Lowering, local, mentions, mixed};
use crate::workflow::flow::{Arm, Kind, Node, Test};
use crate::workflow::patterns;

impl Lowering<'_> {
    /// The whole choice, an expression that is its handle. With `outer`, the values of the arms have the type that is
    /// due there, so that rustc compares each arm with it.
    pub(super) fn choice(&mut self, node: &Node, outer: Option<&Ident>) -> TokenStream {
        let Kind::Choice { word, scrutinee, arms } = &node.kind else { return TokenStream::new() };
        let bound: Vec<Vec<Ident>> = arms.iter().map(used_names).collect();
        let tokens: Vec<Ident> = (0..arms.len()).map(|index| self.arm_token(index)).collect();

        let Lowered { fetch, expr, reads, env } =
            self.lower(|rewrite| choose(rewrite, scrutinee.as_ref(), arms, &bound, &tokens));

        let indices = 0_u32..;
        let out = local("__out", Span::call_site());
        let rt = self.rt;
        let declared = quote!(#(let #tokens = #rt::Arm::new(#indices);)*);
        let same = outer.map(|outer| {
            let outer_out = local("__outer", Span::call_site());
            (quote!(let #outer_out = #outer;), quote!(let _ = [#outer_out, #out];))
        });
        let (outer_let, same) = same.unwrap_or_default();
        let mut blocks = TokenStream::new();
        for ((arm, names), token) in arms.iter().zip(&bound).zip(&tokens) {
            blocks.extend(self.arm(arm, names, token, &out));
        }
        let b = self.builder(node);
        let method = Ident::new("branch", mixed(node.span));
        let arms_param = local("__arms", Span::call_site());
        quote!({
            #declared #outer_let
            #b.#method(#word, #reads, move |#env| { #fetch #expr }, |#arms_param, #out| { #same #blocks })
        })
    }

    fn arm_token(&self, index: usize) -> Ident {
        local(&format_ident!("__a{index}").to_string(), Span::call_site())
    }

    fn arm(&mut self, arm: &Arm, names: &[Ident], token: &Ident, out: &Ident) -> TokenStream {
        self.scope.push();
        let (parameter, shadows) = match names {
            [] => (quote!(_), TokenStream::new()),
            [only] => {
                self.scope.add(only, false);
                (only.to_token_stream(), TokenStream::new())
            }
            several => {
                let handle = self.fresh_group(several.first().map_or_else(Span::call_site, Ident::span));
                let group = Group::tuple(handle.clone(), several.iter().cloned().map(Some).collect());
                self.scope.add_group(&group);
                (handle.into_token_stream(), group.shadows())
            }
        };
        let body = self.block(&arm.body, out);
        self.scope.pop();
        let (arms, b) = (local("__arms", Span::call_site()), local("__b", Span::call_site()));
        let label = &arm.text;
        let token = names.first().map_or_else(|| token.clone(), |name| local(&token.to_string(), name.span()));
        quote!(#arms.arm(#token, #label, |#b, #parameter| { #shadows #body });)
    }
}

/// The expression that takes one of the arms.
fn choose(
    rewrite: &mut Rewrite<'_>,
    scrutinee: Option<&Expr>,
    arms: &[Arm],
    bound: &[Vec<Ident>],
    tokens: &[Ident],
) -> TokenStream {
    let takes = bound.iter().zip(tokens).map(|(names, token)| {
        let span = names.first().map_or_else(Span::call_site, Ident::span);
        let value = match names.as_slice() {
            [] => quote!(()),
            [only] => quote_spanned!(mixed(span)=> { #only }),
            several => quote_spanned!(mixed(span)=> (#(#several,)*)),
        };
        // Where rustc says that what is bound cannot be recorded.
        let take = Ident::new("take", mixed(span));
        quote!(#token.#take(#value))
    });
    match scrutinee {
        None => {
            let mut chain = TokenStream::new();
            for (arm, take) in arms.iter().zip(takes) {
                match &arm.test {
                    Test::If(condition) => {
                        let mut condition = (**condition).clone();
                        rewrite.open();
                        rewrite.read(&mut condition);
                        rewrite.close();
                        chain.extend(quote!(if #condition { #take } else));
                    }
                    Test::Else | Test::Pattern(_) => chain.extend(quote!({ #take })),
                }
            }
            chain
        }
        Some(scrutinee) => {
            let mut scrutinee = scrutinee.clone();
            // Without bindings nothing moves out of the value, so it need not be cloned.
            let binds =
                arms.iter().any(|arm| matches!(&arm.test, Test::Pattern(pat) if !patterns::bound(pat).is_empty()));
            if binds {
                rewrite.take(&mut scrutinee);
            } else {
                rewrite.read(&mut scrutinee);
            }
            let mut cases = TokenStream::new();
            for (arm, take) in arms.iter().zip(takes) {
                if let Test::Pattern(pat) = &arm.test {
                    let mut pat = pat.clone();
                    let names = pat.clone();
                    rewrite.within(&names, |inner| inner.guard(&mut pat));
                    cases.extend(quote!(#pat => #take,));
                }
            }
            quote!(match #scrutinee { #cases })
        }
    }
}

/// The names that the test of an arm binds and its block mentions.
fn used_names(arm: &Arm) -> Vec<Ident> {
    let mut names = Vec::new();
    match &arm.test {
        Test::If(condition) => let_names(condition, &mut names),
        Test::Else => {}
        Test::Pattern(pat) => names = patterns::bound(pat),
    }
    if names.is_empty() {
        return names;
    }
    let mentioned: BTreeSet<String> = mentions::in_flow(&arm.body);
    names.retain(|name| mentioned.contains(&name.to_string()));
    names
}

fn let_names(condition: &Expr, names: &mut Vec<Ident>) {
    match condition {
        Expr::Let(binding) => {
            let bound = patterns::bound(&binding.pat);
            names.retain(|name| !bound.contains(name));
            names.extend(bound);
        }
        Expr::Binary(binary) => {
            let_names(&binary.left, names);
            let_names(&binary.right, names);
        }
        _ => {}
    }
}
