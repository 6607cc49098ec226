//! What stands before `.await`: a call, or a built-in with a `!`.

use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Expr, ExprAwait, Ident, LitStr, Macro, Path, Token, Type};

use super::build::Builder;
use super::{Kind, Stmt, Value};
use crate::diagnostics::mistake;
use crate::suggest;

const CANNOT_FAIL: &str = "write `.await` without `?`";

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
        let handled = question.is_none();
        let mut base = *expr.base;
        while let Expr::Paren(_) | Expr::Group(_) = base {
            base = match base {
                Expr::Paren(inner) => *inner.expr,
                Expr::Group(inner) => *inner.expr,
                other => other,
            };
        }
        match base {
            Expr::Call(call) => match *call.func {
                Expr::Path(function) if function.qself.is_none() => {
                    let span = function.path.segments.last().map_or(span, |segment| segment.ident.span());
                    let args = call.args.into_iter().map(|arg| self.part(arg, out)).collect();
                    Self::node(Kind::Call { path: function.path, args }, span, handled)
                }
                other => self.not_a_step(&other),
            },
            Expr::Macro(mac) if super::hoist::is_builtin(&mac.mac) => {
                if let (Some(question), Some(name)) = (question.filter(|_| !tail), mac.mac.path.get_ident())
                    && (name == "sleep" || name == "emit")
                {
                    self.diagnostics.error(question, format!("`{name}!` cannot fail"), CANNOT_FAIL);
                }
                self.builtin(mac.mac, handled, true, out)
            }
            other => self.not_a_step(&other),
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
            Ok(kind) => Self::node(kind, span, handled),
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
        }
        Ok(Kind::Sleep { duration: self.part(duration, out) })
    }

    fn undo(&mut self, mac: &Macro, out: &mut Vec<Stmt>) -> syn::Result<Kind> {
        let parser = |input: ParseStream<'_>| {
            if input.is_empty() {
                return Err(mistake(&mac.path, "`undo!` needs to know what to undo", "write `undo!(reserve).await?`"));
            }
            let path: Path = input.call(expr_path)?;
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
        let ty: Type = input.parse()?;
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
            let literal: LitStr = input.parse()?;
            crate::duration::parse(&literal)?;
            timeout = Some(literal);
        }
        Ok(Kind::Signal { ty, timeout })
    };
    parser.parse2(mac.tokens.clone())
}

/// The macro call as it can be pasted, without the bulk of long arguments.
fn shortened(mac: &Macro) -> String {
    let name = mac.path.get_ident().map(ToString::to_string).unwrap_or_default();
    let arguments = mac.tokens.to_string();
    if arguments.len() > 30 { format!("{name}!(..)") } else { format!("{name}!({arguments})") }
}
