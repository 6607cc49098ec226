//! From a struct to a container: which field provides what.

use std::collections::BTreeMap;

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Data, DeriveInput, Fields, Generics, Index, Member, Type};

use super::fields::{Role, provided, role};
use crate::crate_path::CratePath;
use crate::diagnostics::Diagnostics;
use crate::options::{self, Known};

const OPTIONS: [Known; 1] = [Known { name: "crate", example: "crate = path::to::workflow_runtime" }];

/// A struct that lends its fields to steps.
pub(crate) struct ValidContainer {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) services: Vec<Lent>,
    pub(crate) flattened: Option<Lent>,
    pub(crate) runtime: CratePath,
}

/// A field, and the type that is lent from it.
pub(crate) struct Lent {
    pub(crate) member: Member,
    pub(crate) ty: Type,
    /// The field points at what is lent.
    pub(crate) pointer: bool,
}

/// Reports what a container may not be. `None` where there is no struct.
pub(crate) fn container(input: DeriveInput, sink: &mut Diagnostics) -> Option<ValidContainer> {
    let runtime = crate_path(&input, sink);
    let fields = match input.data {
        Data::Struct(data) => data.fields,
        Data::Enum(data) => {
            refuse_kind(data.enum_token, "an enum", sink);
            return None;
        }
        Data::Union(data) => {
            refuse_kind(data.union_token, "a union", sink);
            return None;
        }
    };
    if let Some(lifetime) = input.generics.lifetimes().next() {
        let problem =
            format!("the container `{}` borrows for `{}`, but a run may outlive it", input.ident, lifetime.lifetime);
        sink.error(lifetime, problem, "own the services, share them as `Arc<T>`, or borrow them for `'static`");
        return None;
    }
    let mut container =
        ValidContainer { ident: input.ident, generics: input.generics, services: Vec::new(), flattened: None, runtime };
    read_fields(&fields, &mut container, sink);
    Some(container)
}

fn refuse_kind(token: impl ToTokens, kind: &str, sink: &mut Diagnostics) {
    let help = "derive `Services` for a struct with one field for each service";
    sink.error(token, format!("{kind} cannot be a container of services"), help);
}

fn crate_path(input: &DeriveInput, sink: &mut Diagnostics) -> CratePath {
    let mut runtime = CratePath::default();
    for attr in input.attrs.iter().filter(|attr| attr.path().is_ident("services")) {
        let Ok(list) = attr.meta.require_list() else {
            sink.error(attr, "`#[services]` on a container needs an option", "write `#[services(crate = path)]`");
            continue;
        };
        for option in options::parse(list.tokens.clone(), "#[services]", &OPTIONS, sink) {
            let example = "crate = path::to::workflow_runtime";
            match option.assigned(CratePath::parse_value, "the path of the runtime crate", example) {
                Ok(path) => runtime = path,
                Err(error) => sink.push(error),
            }
        }
    }
    runtime
}

fn read_fields(fields: &Fields, container: &mut ValidContainer, sink: &mut Diagnostics) {
    let mut names = BTreeMap::new();
    for (place, field) in fields.iter().enumerate() {
        let role = role(&field.attrs, sink);
        if role == Role::Private {
            continue;
        }
        let member = match &field.ident {
            Some(ident) => Member::Named(ident.clone()),
            None => Member::Unnamed(Index::from(place)),
        };
        let shown = member.to_token_stream().to_string();
        let (ty, pointer) = provided(&field.ty);
        if let Some(parameter) = type_parameter(ty, &container.generics) {
            let problem =
                format!("the field `{shown}` is of the type parameter `{parameter}`, which could be any service");
            let help = "name the service's type, lend a trait object (`Box<dyn Trait>`), or mark the field `#[services(skip)]`";
            sink.error(ty, problem, help);
            continue;
        }
        let lent = Lent { member, ty: ty.clone(), pointer };
        if role == Role::Container {
            if let Some(first) = &container.flattened {
                let first = first.member.to_token_stream();
                let problem = format!("`{shown}` is the second flattened container, after `{first}`");
                let help = "flatten one; give the services of the other as fields of this struct";
                sink.error(&field.ty, problem, help);
            } else {
                container.flattened = Some(lent);
            }
            continue;
        }
        let key = ty.to_token_stream().to_string();
        if let Some(first) = names.get(&key) {
            let problem =
                format!("`{shown}` provides the same service as `{first}`, so a step could not tell them apart");
            let help = format!(
                "wrap one in a type of its own (`struct Other({});`), or mark it `#[services(skip)]`",
                tidy(ty)
            );
            sink.error(&field.ty, problem, help);
            continue;
        }
        names.insert(key, shown);
        container.services.push(lent);
    }
}

fn tidy(ty: &Type) -> String {
    crate::step::tidy(ty)
}

/// The parameter that `ty` is, bare.
fn type_parameter<'a>(ty: &Type, generics: &'a Generics) -> Option<&'a Ident> {
    let Type::Path(path) = ty else { return None };
    let name = path.path.get_ident()?;
    generics.type_params().map(|param| &param.ident).find(|ident| *ident == name)
}
