//! Macros whose arguments are expressions: the std format family, `vec!`, `dbg!`, `matches!`, the `assert!` family, and
//! anyhow's `ensure!`, `bail!` and `anyhow!`.
//!
//! All other macros keep their tokens, and bindings inside them are references.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Ident, LitStr, Macro, Pat, Token};

/// One part of a known macro's tokens.
pub(crate) enum Piece {
    /// Punctuation and names of arguments.
    Raw(TokenStream),
    /// An argument that the macro borrows.
    Read(Expr),
    /// An argument that the macro moves.
    Take(Expr),
    /// A format string.
    Format(LitStr),
    /// The pattern of `matches!`, with its guard.
    Pattern(Pat, Option<Expr>),
}

/// The arguments of a known macro.
pub(crate) struct Known {
    pub(crate) pieces: Vec<Piece>,
}

impl Known {
    /// The arguments of `mac`, when it is one of the known macros and its tokens can be read.
    pub(crate) fn read(mac: &Macro) -> Option<Self> {
        let name = mac.path.segments.last()?.ident.to_string();
        let parser: fn(ParseStream<'_>) -> syn::Result<Vec<Piece>> = match name.as_str() {
            "format" | "print" | "println" | "eprint" | "eprintln" | "panic" | "todo" | "unreachable"
            | "unimplemented" | "format_args" => |input| formatted(input, 0),
            "write" | "writeln" | "assert" | "debug_assert" => |input| formatted(input, 1),
            "assert_eq" | "assert_ne" | "debug_assert_eq" | "debug_assert_ne" => |input| formatted(input, 2),
            "anyhow" | "bail" => |input| failing(input, 0),
            "ensure" => |input| failing(input, 1),
            "vec" | "dbg" => elements,
            "matches" => matching,
            _ => return None,
        };
        parser.parse2(mac.tokens.clone()).ok().map(|pieces| Self { pieces })
    }

    /// The expressions among the arguments.
    pub(crate) fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Read(expr) | Piece::Take(expr) | Piece::Pattern(_, Some(expr)) => Some(expr),
            Piece::Raw(_) | Piece::Format(_) | Piece::Pattern(_, None) => None,
        })
    }

    /// The expressions among the arguments, to be changed.
    pub(crate) fn exprs_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        self.pieces.iter_mut().filter_map(|piece| match piece {
            Piece::Read(expr) | Piece::Take(expr) | Piece::Pattern(_, Some(expr)) => Some(expr),
            Piece::Raw(_) | Piece::Format(_) | Piece::Pattern(_, None) => None,
        })
    }
}

impl ToTokens for Known {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for piece in &self.pieces {
            match piece {
                Piece::Raw(raw) => raw.to_tokens(tokens),
                Piece::Read(expr) | Piece::Take(expr) => expr.to_tokens(tokens),
                Piece::Format(format) => format.to_tokens(tokens),
                Piece::Pattern(pat, guard) => {
                    pat.to_tokens(tokens);
                    if let Some(guard) = guard {
                        tokens.extend(quote!(if #guard));
                    }
                }
            }
        }
    }
}

/// `leading` expressions, then perhaps a format string and its arguments.
fn formatted(input: ParseStream<'_>, leading: usize) -> syn::Result<Vec<Piece>> {
    let mut pieces = Vec::new();
    for index in 0.. {
        if input.is_empty() {
            break;
        }
        if index == leading && input.peek(LitStr) && (input.peek2(Token![,]) || only_one_left(input)) {
            pieces.push(Piece::Format(input.parse()?));
        } else if index > leading && input.peek(Ident) && input.peek2(Token![=]) && !input.peek2(Token![==]) {
            let name: Ident = input.parse()?;
            let equals: Token![=] = input.parse()?;
            pieces.push(Piece::Raw(quote!(#name #equals)));
            pieces.push(Piece::Read(input.parse()?));
        } else {
            pieces.push(Piece::Read(input.parse()?));
        }
        if !comma(input, &mut pieces)? {
            break;
        }
    }
    Ok(pieces)
}

/// The same, where an error may stand in the place of the format string.
fn failing(input: ParseStream<'_>, leading: usize) -> syn::Result<Vec<Piece>> {
    let mut pieces = formatted(input, leading)?;
    // Between two arguments is a comma.
    if let Some(piece) = pieces.get_mut(2 * leading)
        && let Piece::Read(error) = piece
    {
        *piece = Piece::Take(error.clone());
    }
    Ok(pieces)
}

fn only_one_left(input: ParseStream<'_>) -> bool {
    input.cursor().token_stream().into_iter().count() == 1
}

/// `a, b, c` or `value; count`.
fn elements(input: ParseStream<'_>) -> syn::Result<Vec<Piece>> {
    let mut pieces = Vec::new();
    while !input.is_empty() {
        pieces.push(Piece::Take(input.parse()?));
        if input.peek(Token![;]) {
            let semi: Token![;] = input.parse()?;
            pieces.push(Piece::Raw(semi.to_token_stream()));
        } else if !comma(input, &mut pieces)? {
            break;
        }
    }
    Ok(pieces)
}

/// `value, pattern if guard`.
fn matching(input: ParseStream<'_>) -> syn::Result<Vec<Piece>> {
    let scrutinee: Expr = input.parse()?;
    let comma_token: Token![,] = input.parse()?;
    let pat = Pat::parse_multi_with_leading_vert(input)?;
    let guard = if input.peek(Token![if]) {
        input.parse::<Token![if]>()?;
        Some(input.parse()?)
    } else {
        None
    };
    let mut pieces = Vec::new();
    // Without bindings nothing moves out of the value.
    let binds = !super::patterns::bound(&pat).is_empty();
    pieces.push(if binds { Piece::Take(scrutinee) } else { Piece::Read(scrutinee) });
    pieces.push(Piece::Raw(comma_token.to_token_stream()));
    pieces.push(Piece::Pattern(pat, guard));
    comma(input, &mut pieces)?;
    Ok(pieces)
}

/// Reads a comma, and says whether there was one; anything else but the end is an error.
fn comma(input: ParseStream<'_>, pieces: &mut Vec<Piece>) -> syn::Result<bool> {
    if input.is_empty() {
        return Ok(false);
    }
    let comma: Token![,] = input.parse()?;
    pieces.push(Piece::Raw(comma.to_token_stream()));
    Ok(true)
}
