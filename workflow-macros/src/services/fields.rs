//! What one field of a container is for, and the type that it provides.

use syn::{Attribute, GenericArgument, PathArguments, Type};

use crate::diagnostics::Diagnostics;
use crate::options::{self, Known};

const OPTIONS: [Known; 2] = [Known { name: "skip", example: "skip" }, Known { name: "flatten", example: "flatten" }];

/// What a field is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// It is a service.
    Service,
    /// It is a container, whose services are provided as well.
    Container,
    /// It is no business of the steps.
    Private,
}

/// Reads `#[services(..)]` on a field.
pub(crate) fn role(attrs: &[Attribute], sink: &mut Diagnostics) -> Role {
    let mut role = Role::Service;
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("services")) {
        let list = match attr.meta.require_list() {
            Ok(list) => list.tokens.clone(),
            Err(_) => {
                sink.error(
                    attr,
                    "`#[services]` on a field needs an option",
                    "write `#[services(skip)]` or `#[services(flatten)]`",
                );
                continue;
            }
        };
        for option in options::parse(list, "#[services]", &OPTIONS, sink) {
            if let Err(error) = option.flag() {
                sink.push(error);
            }
            let wanted = if option.key == "flatten" { Role::Container } else { Role::Private };
            if role != Role::Service && role != wanted {
                let help = "keep `flatten` to provide what the field contains, or `skip` to provide nothing";
                sink.error(&option.key, "`skip` contradicts `flatten`", help);
            }
            role = wanted;
        }
    }
    role
}

/// The type behind `Arc<T>`, `Box<T>` and `&'static T`, or the type itself; and whether there is a pointer to follow.
pub(crate) fn provided(ty: &Type) -> (&Type, bool) {
    match ty {
        Type::Group(group) => provided(&group.elem),
        Type::Paren(paren) => provided(&paren.elem),
        Type::Reference(reference) => (&reference.elem, true),
        Type::Path(path) => match path.path.segments.last() {
            Some(last) if last.ident == "Arc" || last.ident == "Box" => match &last.arguments {
                PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
                    Some(GenericArgument::Type(inner)) if arguments.args.len() == 1 => (inner, true),
                    _ => (ty, false),
                },
                _ => (ty, false),
            },
            _ => (ty, false),
        },
        ty => (ty, false),
    }
}
