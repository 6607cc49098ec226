//! The type beside the function: what a workflow knows of a step.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Generics, Ident, Type, parse_quote};

use super::parameters::Parameter;
use super::types::mentioned;
use super::validate::ValidStep;
use crate::duration::millis;

/// What the parts of the expansion share.
pub(crate) struct Names<'a> {
    pub(crate) step: &'a ValidStep,
    /// The module with everything that generated code may name.
    pub(crate) rt: TokenStream,
    /// Names and types of the data.
    pub(crate) data: Vec<(&'a Ident, &'a Type)>,
    /// The compensation, under the alias that mentions it once.
    pub(crate) undo: Option<TokenStream>,
    undo_alias: TokenStream,
}

impl<'a> Names<'a> {
    pub(crate) fn new(step: &'a ValidStep) -> Self {
        let mut data = Vec::new();
        for parameter in &step.parameters {
            if let Parameter::Data { name, ty } = parameter {
                data.push((name, &**ty));
            }
        }
        let mut names =
            Self { step, rt: step.policies.runtime.runtime(), data, undo: None, undo_alias: TokenStream::new() };
        if let Some(path) = &step.policies.compensate {
            let (declared, used) = mentioned(&step.generics, &path.to_token_stream());
            let alias = Ident::new("__Undo", syn::spanned::Spanned::span(path));
            names.undo_alias = quote!(type #alias #declared = #path;);
            names.undo = Some(quote!(#alias #used));
        }
        names
    }

    /// The declaration of the type, followed by `items` in a scope of their own.
    pub(crate) fn beside(&self, items: &TokenStream) -> TokenStream {
        let ValidStep { docs, cfgs, vis, ident, .. } = self.step;
        let summary = format!("The step `{}`, as workflows and compensations name it.", ident.unraw());
        let (generics, marker) = declared_generics(&self.step.generics);
        let undo_alias = &self.undo_alias;
        quote! {
            #(#cfgs)*
            #[doc = #summary]
            #[doc = ""]
            #(#docs)*
            #[allow(non_camel_case_types, dead_code)]
            #vis struct #ident #generics { #marker }
            #(#cfgs)*
            const _: () = {
                #undo_alias
                #items
            };
        }
    }

    /// `impl Definition`, from which `Callable` and `Step` follow, for a step that returns `returns`.
    pub(crate) fn definition(&self, returns: &TokenStream) -> TokenStream {
        let rt = &self.rt;
        let ident = &self.step.ident;
        let (generics, types, clause) = self.step.generics.split_for_impl();
        let count = self.data.len();
        let places = 0..count;
        let data = self.data.iter().map(|(_, ty)| ty);
        let saga = self.saga();
        let info = info(self.step, rt);
        let is_generic = self.step.generics.type_params().next().is_some();
        let kind = Ident::new(if is_generic { "Generic" } else { "Concrete" }, Span::mixed_site());
        let compensation = match (&self.undo, &self.step.policies.pivot) {
            (_, Some(_)) => quote!(NoWayBack),
            (Some(_), None) => quote!(Compensated),
            (None, None) => quote!(NoCompensation),
        };
        quote! {
            #(
                #[automatically_derived]
                impl #generics #rt::Parameter<#places> for #ident #types #clause {
                    type Data = #data;
                }
            )*
            #[automatically_derived]
            impl #generics #rt::Signature for #ident #types #clause {
                type Shape = #rt::Takes<#count>;
                type Gives = #rt::StepGives;
            }
            #[automatically_derived]
            impl #generics #rt::Definition for #ident #types #clause {
                type Kind = #rt::#kind;
                type Return = #returns;
                type Compensation = #rt::#compensation;
                const INFO: #rt::StepInfo = #info;
            }
            #saga
        }
    }

    /// What it means for a saga: whether it may follow a pivot, whether it is none, and that it waits for no signal.
    fn saga(&self) -> TokenStream {
        let rt = &self.rt;
        let ident = &self.step.ident;
        let (_, types, clause) = self.step.generics.split_for_impl();
        let policies = &self.step.policies;
        let forever = policies.retry.as_ref().is_some_and(|retry| retry.forever.is_some());
        let traits = [("CannotFail", forever), ("Reversible", policies.pivot.is_none()), ("NeedsNoSignal", true)];
        let traits = traits.into_iter().filter(|(_, has)| *has).map(|(name, _)| Ident::new(name, Span::mixed_site()));
        let mut generics = self.step.generics.clone();
        generics.params.push(parse_quote!(__P));
        let (generics, _, _) = generics.split_for_impl();
        quote!(#(
            #[automatically_derived]
            impl #generics #rt::#traits<__P> for #ident #types #clause {}
        )*)
    }

    /// The generics of an impl for every container `__C` that keeps `bounds`.
    pub(crate) fn on_container(&self, bounds: &[TokenStream]) -> Generics {
        let rt = &self.rt;
        let mut generics = self.step.generics.clone();
        generics.params.push(parse_quote!(__C: #rt::Container));
        let clause = generics.make_where_clause();
        for bound in bounds {
            clause.predicates.push(parse_quote!(#bound));
        }
        generics
    }
}

/// The expansion of a step without mistakes.
pub(crate) fn step(step: &ValidStep) -> TokenStream {
    let names = Names::new(step);
    let arguments = arguments(&names);
    let definition = names.definition(&step.returns.to_token_stream());
    let runs_on = runs_on(&names);
    names.beside(&quote!(#arguments #definition #runs_on))
}

/// `__args` makes the input tuple: rustc checks a call in a workflow against it, and its notes point at the
/// user's own parameters.
fn arguments(names: &Names<'_>) -> TokenStream {
    let ident = &names.step.ident;
    let vis = &names.step.vis;
    let args = Ident::new("__args", ident.span());
    let (generics, types, clause) = names.step.generics.split_for_impl();
    let parameters = names.data.iter().map(|(name, ty)| quote!(#name: #ty));
    let data = names.data.iter().map(|(_, ty)| ty);
    let values = names.data.iter().map(|(name, _)| name);
    quote! {
        #[automatically_derived]
        impl #generics #ident #types #clause {
            #[doc(hidden)]
            #[allow(clippy::must_use_candidate, clippy::unused_unit)]
            #vis fn #args(#(#parameters),*) -> (#(#data,)*) {
                (#(#values,)*)
            }
        }
    }
}

fn runs_on(names: &Names<'_>) -> TokenStream {
    let rt = &names.rt;
    let ident = &names.step.ident;
    // Here rustc reports a future that is not `Send`: at the name of the function.
    let span = Span::mixed_site().located_at(ident.span());
    let mut bounds = Vec::new();
    let mut context = None;
    let mut arguments = Vec::new();
    let mut bindings = Vec::new();
    for parameter in &names.step.parameters {
        match parameter {
            Parameter::Data { .. } => {
                let binding = format_ident!("__data{}", bindings.len(), span = Span::mixed_site());
                arguments.push(binding.to_token_stream());
                bindings.push(binding);
            }
            Parameter::Service(service) => {
                bounds.push(quote!(__C: #rt::Provide<#service>));
                arguments.push(quote_spanned!(span=> #rt::Provide::<#service>::provide(__services)));
            }
            Parameter::Context => {
                arguments.push(quote_spanned!(span=> &__context));
                context = Some(quote_spanned!(span=> let __context = __attempt.context();));
            }
        }
    }
    let undone = names.undo.as_ref().map(|undo| {
        bounds.push(quote!(#undo: #rt::RunsOn<__C>));
        let policies = &names.step.policies;
        let in_doubt = policies.timeout.is_some() || policies.at_most_once.is_some();
        let method = if in_doubt { "compensated_in_doubt_by" } else { "compensated_by" };
        let method = Ident::new(method, span);
        // What is wrong with the compensation is reported where it is named.
        let span = names.step.policies.compensate.as_ref().map_or(span, syn::spanned::Spanned::span);
        quote_spanned!(span=> .#method::<Self, #undo>())
    });
    let turbofish = turbofish(&names.step.generics);
    let data = names.data.iter().map(|(_, ty)| ty);
    let on_container = names.on_container(&bounds);
    let (generics, _, clause) = on_container.split_for_impl();
    let (_, types, _) = names.step.generics.split_for_impl();
    let taken = quote_spanned! {span=>
        let (#(#bindings,)*) = match #rt::input::<__I, (#(#data,)*)>(__input) {
            ::core::result::Result::Ok(__input) => __input,
            ::core::result::Result::Err(__refused) => return #rt::refused(__refused),
        };
    };
    let call = quote_spanned!(ident.span()=> #ident #turbofish (#(#arguments),*));
    let rt_here = names.step.policies.runtime.runtime_at(ident.span());
    let attempt = match context {
        None => quote_spanned!(ident.span()=> #rt_here::attempted::<Self>(#call)),
        Some(context) => {
            let begin = quote_spanned!(span=> #context #rt::settle::<Self>(#call.await).emitted(&__context));
            quote_spanned!(ident.span()=> #rt_here::boxed(async move { #begin }))
        }
    };
    quote_spanned! {span=>
        #[automatically_derived]
        impl #generics #rt::RunsOn<__C> for #ident #types #clause {
            fn runnable() -> #rt::Runnable<__C> {
                #rt::Runnable::step::<Self>() #undone
            }
            fn begin<'__a, __I: 'static>(
                __services: &'__a __C,
                __input: __I,
                __attempt: #rt::Attempt<'__a>,
            ) -> #rt::BoxFuture<'__a, #rt::Returned> {
                #taken
                #attempt
            }
        }
    }
}

/// The generics of the type, without bounds, and the field that uses them. Braces keep the value namespace for the
/// function.
fn declared_generics(generics: &Generics) -> (TokenStream, TokenStream) {
    let params = generics.params.iter().map(|param| match param {
        syn::GenericParam::Const(constant) => {
            let (ident, ty) = (&constant.ident, &constant.ty);
            quote!(const #ident: #ty)
        }
        syn::GenericParam::Type(ty) => {
            let ident = &ty.ident;
            quote!(#ident: ?::core::marker::Sized)
        }
        syn::GenericParam::Lifetime(lifetime) => lifetime.to_token_stream(),
    });
    let declared = if generics.params.is_empty() { TokenStream::new() } else { quote!(<#(#params),*>) };
    let types: Vec<_> = generics.type_params().map(|param| &param.ident).collect();
    if types.is_empty() {
        return (declared, TokenStream::new());
    }
    let used = types.iter().map(|ty| quote!(::core::marker::PhantomData<fn() -> #ty>));
    (declared, quote!(_marker: (#(#used,)*)))
}

fn turbofish(generics: &Generics) -> TokenStream {
    let (_, types, _) = generics.split_for_impl();
    if generics.params.is_empty() { TokenStream::new() } else { types.as_turbofish().to_token_stream() }
}

fn info(step: &ValidStep, rt: &TokenStream) -> TokenStream {
    let policies = &step.policies;
    let name = policies.name.as_ref().map_or_else(|| step.ident.unraw().to_string(), syn::LitStr::value);
    let mut info = quote!(#rt::StepInfo::new(#name));
    if let Some(retry) = &policies.retry {
        if let Some((_, attempts)) = retry.attempts {
            info.extend(quote!(.attempts(#attempts)));
        }
        if retry.forever.is_some() {
            info.extend(quote!(.forever()));
        }
        if let Some((low, high)) = retry.backoff {
            let (low, high) = (millis(low), millis(high));
            info.extend(quote!(.backoff(#low, #high)));
        }
        if let Some(jitter) = retry.jitter {
            info.extend(quote!(.jitter(#jitter)));
        }
    }
    if let Some((_, timeout)) = policies.timeout {
        let timeout = millis(timeout);
        info.extend(quote!(.timeout(#timeout)));
    }
    if policies.pivot.is_some() {
        info.extend(quote!(.pivot()));
    }
    if policies.at_most_once.is_some() {
        info.extend(quote!(.at_most_once()));
    }
    info
}
