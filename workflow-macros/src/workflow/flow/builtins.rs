//! What stands before `.await`: a call, or a built-in with a `!`.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Expr, ExprAwait, Ident, LitStr, Macro, Path, Token, Type};

use super::build::Builder;
use super::{Kind, Node, Stmt, Value, foreign};
use crate::diagnostics::mistake;
use crate::suggest;
use crate::workflow::text;

impl Builder<'_> {
    pub(super) fn awaited(&mut self, expr: ExprAwait, question: Option<Token![?]>, out: &mut Vec<Stmt>) -> Value {
        self.awaited_in(expr, question, false, out)
    }

    /// `base.await`, with the `?` behind it; in tail position (`tail`) the `?` is implied.
    pub(super) fn awaited_in(
        &mut self,
        expr: ExprAwait,
        question: Option<Token![?]>,
        tail: bool,
        out: &mut Vec<Stmt>,
    ) -> Value {
        let span = expr.base.span();
        let end = question.map_or(expr.await_token.span, |question| question.span);
        let handled = question.is_none();
        let mut base = *expr.base;
        while let Expr::Paren(_) | Expr::Group(_) = base {
            base = match base {
                Expr::Paren(inner) => *inner.expr,
                Expr::Group(inner) => *inner.expr,
                other => other,
            };
        }
        let value = match base {
            Expr::Call(call) => match *call.func {
                Expr::Path(function) if is_type(&function.path) => {
                    let name = text::of(function.path.to_token_stream());
                    self.diagnostics.error(
                        &function.path,
                        format!("`{name}` is a type or variant, and neither a step nor a workflow"),
                        "steps are functions: await `#[step] async fn ..` by its name, or leave the `.await` out",
                    );
                    Value::unit(span)
                }
                Expr::Path(function) if let Some((problem, help)) = foreign::told(&function.path) => {
                    self.diagnostics.error(&function.path, problem, help);
                    Value::unit(span)
                }
                Expr::Path(function) if function.qself.is_none() => {
                    let span = function.path.segments.last().map_or(span, |segment| segment.ident.span());
                    let args = call.args.into_iter().map(|arg| self.part(arg, out)).collect();
                    let text = text::of(function.path.to_token_stream());
                    Self::node(Kind::Call { path: function.path, args }, span, text, handled)
                }
                other => self.not_a_step(&other),
            },
            Expr::Macro(mac) if super::hoist::is_builtin(&mac.mac) => {
                // That `emit!` is not awaited at all is said where it is read.
                if let Some(question) = question.filter(|_| !tail && mac.mac.path.is_ident("sleep")) {
                    self.diagnostics.error(question, "`sleep!` cannot fail", "write `.await` without `?`");
                }
                self.builtin(mac.mac, handled, true, out)
            }
            Expr::Try(early) if matches!(*early.expr, Expr::Call(_) | Expr::Macro(_)) => {
                let call = text::label(early.expr.to_token_stream());
                let help = format!("write `{call}.await?`");
                self.diagnostics.error(early.question_token, "`?` stands before `.await`, and not after it", help);
                Value::unit(span)
            }
            other => self.not_a_step(&other),
        };
        match value {
            Value::Node(node) => Value::Node(Box::new(Node { end, ..*node })),
            other => other,
        }
    }

    fn not_a_step(&mut self, base: &Expr) -> Value {
        let help = match base {
            Expr::Async(_) => {
                "write its statements directly into the workflow; `async` blocks are branches of `parallel!`"
            }
            Expr::MethodCall(_) => {
                "wrap it in an async function with `#[step]` that borrows its receiver as a service, and await that"
            }
            _ => "only a call of a step or workflow by its name, or a built-in such as `sleep!`, can be awaited",
        };
        self.diagnostics.error(base, "this is neither a step nor a workflow, so it cannot be awaited here", help);
        Value::unit(base.span())
    }

    /// A built-in that nothing awaits.
    pub(super) fn bare_builtin(&mut self, mac: Macro, out: &mut Vec<Stmt>) -> Value {
        if let Some(name) = mac.path.get_ident()
            && name != "emit"
        {
            let how = if name == "sleep" { ".await" } else { ".await?" };
            let text = shortened(&mac);
            self.diagnostics.error(
                &mac.path,
                format!("`{name}!` does nothing until it is awaited"),
                format!("write `{text}{how}`"),
            );
        }
        self.builtin(mac, false, false, out)
    }

    pub(super) fn builtin(&mut self, mac: Macro, handled: bool, awaited: bool, out: &mut Vec<Stmt>) -> Value {
        let span = mac.path.span();
        let name = mac.path.get_ident().map(ToString::to_string).unwrap_or_default();
        let read = match name.as_str() {
            "parallel" => return self.parallel(mac, handled, out),
            "sleep" => self.sleep(&mac, out),
            "signal" => signal(&mac),
            "emit" => {
                if awaited {
                    self.diagnostics.error(
                        &mac.path,
                        "`emit!` is done at once: there is nothing to await",
                        format!("write `{};`", shortened(&mac)),
                    );
                }
                self.one_expr(&mac, "emit!(OrderPlaced { id: order.id })")
                    .map(|event| Kind::Emit { event: self.part(event, out) })
            }
            _ => self.undo(&mac, out),
        };
        match read {
            Ok(kind) => Self::node(kind, span, text::label(described(&mac)), handled),
            Err(error) => {
                self.diagnostics.push(error);
                Value::unit(span)
            }
        }
    }

    fn one_expr(&self, mac: &Macro, example: &str) -> syn::Result<Expr> {
        if mac.tokens.is_empty() {
            let name = mac.path.get_ident().map(ToString::to_string).unwrap_or_default();
            return Err(mistake(&mac.path, format!("`{name}!` needs an argument"), format!("write `{example}`")));
        }
        let parser = |input: ParseStream<'_>| {
            let expr: Expr = input.parse()?;
            input.parse::<Option<Token![,]>>()?;
            Ok(expr)
        };
        parser.parse2(mac.tokens.clone())
    }

    fn sleep(&mut self, mac: &Macro, out: &mut Vec<Stmt>) -> syn::Result<Kind> {
        let duration = self.one_expr(mac, "sleep!(\"2h\").await")?;
        if let Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(literal), .. }) = &duration {
            crate::duration::parse(literal)?;
        } else if let Expr::Lit(literal) = &duration {
            let problem = "`sleep!` takes a duration with its unit";
            return Err(mistake(literal, problem, "write `sleep!(\"5s\").await`, or a value of type `Duration`"));
        }
        Ok(Kind::Sleep { duration: self.part(duration, out) })
    }

    fn undo(&mut self, mac: &Macro, out: &mut Vec<Stmt>) -> syn::Result<Kind> {
        let parser = |input: ParseStream<'_>| {
            if input.is_empty() {
                return Err(mistake(&mac.path, "`undo!` needs to know what to undo", "write `undo!(reserve).await?`"));
            }
            let path: Path = input.call(expr_path)?;
            if !input.is_empty() && !input.peek(Token![,]) {
                let name = text::of(path.to_token_stream());
                return Err(mistake(
                    &path,
                    "`undo!` takes the name of a step, and no call",
                    format!(
                        "write `undo!({name}).await?`, or `undo!({name}, payload).await?` with a payload from elsewhere"
                    ),
                ));
            }
            let comma: Option<Token![,]> = input.parse()?;
            let payload: Option<Expr> = if comma.is_some() && !input.is_empty() { Some(input.parse()?) } else { None };
            input.parse::<Option<Token![,]>>()?;
            Ok((path, payload))
        };
        let (path, payload) = parser.parse2(mac.tokens.clone())?;
        let payload = payload.map(|payload| self.part(payload, out));
        Ok(Kind::Undo { path, payload })
    }
}

/// Whether a path is that of a type or variant by the case of its last segment.
fn is_type(path: &Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident.to_string().starts_with(char::is_uppercase))
}

/// What a built-in is about: its first argument, without the fields of an event.
fn described(mac: &Macro) -> TokenStream {
    let mut tokens = mac.tokens.clone().into_iter().peekable();
    let mut told = TokenStream::new();
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => break,
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && tokens.peek().is_none() => break,
            _ => told.extend([token]),
        }
    }
    told
}

fn expr_path(input: ParseStream<'_>) -> syn::Result<Path> {
    input.parse::<syn::ExprPath>().map(|expr| expr.path)
}

fn signal(mac: &Macro) -> syn::Result<Kind> {
    let parser = |input: ParseStream<'_>| {
        if input.is_empty() {
            return Err(mistake(
                &mac.path,
                "`signal!` needs the type of the signal",
                "write `signal!(Approval).await?`",
            ));
        }
        if input.peek(syn::Lit) {
            let name: syn::Lit = input.parse()?;
            return Err(a_value(name, "Approval"));
        }
        let ty: Type = input.parse()?;
        if !input.is_empty() && !input.peek(Token![,]) {
            return Err(a_value(&ty, &text::of(ty.to_token_stream())));
        }
        let mut timeout = None;
        while input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
            let option: Ident = input.parse()?;
            if option != "timeout" {
                let help = match suggest::nearest(&option.to_string(), ["timeout"]) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "its only option is `timeout = \"3d\"`".to_owned(),
                };
                return Err(mistake(&option, format!("`signal!` has no option `{option}`"), help));
            }
            if timeout.is_some() {
                return Err(mistake(&option, "`timeout` is given twice", "keep one of the two"));
            }
            input.parse::<Token![=]>()?;
            let Some(literal) = input.parse::<Option<LitStr>>()? else {
                let problem = "`timeout` takes a duration as a string literal";
                return Err(mistake(input.parse::<TokenTree>()?, problem, "write `timeout = \"3d\"`"));
            };
            crate::duration::parse(&literal)?;
            timeout = Some(literal);
        }
        Ok(Kind::Signal { ty, timeout })
    };
    parser.parse2(mac.tokens.clone())
}

fn a_value(value: impl ToTokens, name: &str) -> syn::Error {
    mistake(
        value,
        "`signal!` takes the type of the signal, and this is a value",
        format!("name a type that is `Serialize + DeserializeOwned + Clone`: `signal!({name}).await?`"),
    )
}

/// The macro call as it can be pasted, without the bulk of long arguments.
fn shortened(mac: &Macro) -> String {
    let name = mac.path.get_ident().map(ToString::to_string).unwrap_or_default();
    let arguments = mac.tokens.to_string();
    if arguments.len() > 30 { format!("{name}!(..)") } else { format!("{name}!({arguments})") }
}
