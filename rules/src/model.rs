//! What a tool is: syntax put together, with the tokens it came from.

use proc_macro2::Ident;
use syn::Type;
use syn::ext::IdentExt;

use crate::kind::Kind;
use crate::syntax::arg::Settings;
use crate::syntax::attribute::Attribute;
use crate::syntax::docs::Docs;
use crate::syntax::owner::Owner;
use crate::syntax::signature::{Function, Parameter};
use crate::syntax::{Stated, types};

/// A tool, as far as it could be read.
#[derive(Clone)]
pub(crate) struct Tool {
    pub(crate) kind: Kind,
    pub(crate) attribute: Attribute,
    pub(crate) function: Function,
    pub(crate) home: Home,
    pub(crate) state: State,
    /// Every parameter that has a name, except the receiver.
    pub(crate) params: Vec<Param>,
    /// Whether the parameters are the fields of a struct, which `owner` cannot name.
    pub(crate) is_struct: bool,
}

/// Where the function stands, as far as its own tokens tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// It has a receiver.
    Method,
    /// It has none, but mentions `Self`.
    Associated,
    /// It stands alone, or could.
    Free,
}

/// What the tool runs on.
#[derive(Clone)]
pub(crate) enum State {
    /// The type of the `impl` block.
    SelfType,
    /// The type behind the one borrowed parameter of a free function.
    Given(Box<Type>),
    /// Any state will do.
    Any,
}

/// A named parameter.
#[derive(Clone)]
pub(crate) struct Param {
    pub(crate) ident: Ident,
    /// The name that the model sees.
    pub(crate) wire_name: String,
    /// Its type; of an `Asked<T>` the `T`.
    pub(crate) ty: Type,
    /// Whether the type says that the person at the client gives it, and not the model.
    pub(crate) asked: bool,
    pub(crate) docs: Docs,
    pub(crate) settings: Settings,
    pub(crate) source: Source,
}

/// Where a parameter's value comes from.
#[derive(Clone)]
pub(crate) enum Source {
    /// From the guard: `&Caller`.
    Caller,
    /// From the guard: `&Call`.
    Call,
    /// From the guard: `&Progress`.
    Progress,
    /// From the guard: `&Permit<E>`, with the `E` if it is given.
    Permit(Option<Box<Type>>),
    /// From the guard: what the tool runs on.
    State,
    /// From the guard: what the state shows of itself as a trait object.
    Object(Box<Type>),
    /// From the model.
    Plain,
    /// From the model: a key that `owner` names.
    Key,
    /// From the model: a struct whose fields are arguments.
    Flattened,
    /// From the model: the key of a `T` that the guard loads.
    Owned(Box<Type>),
    OwnedOptional(Box<Type>),
    OwnedMany(Box<Type>),
    /// Borrowed where nothing can be lent.
    Unlendable,
}

/// What a parameter asks of a state: a trait, and its argument.
#[derive(Clone, Copy)]
pub(crate) struct Demand<'t> {
    pub(crate) capability: Capability,
    pub(crate) ty: &'t Type,
}

/// A trait of a state.
#[derive(Clone, Copy)]
pub(crate) enum Capability {
    Load,
    OwnerOf,
    AsRef,
}

/// What the tool may do to the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effect {
    Read,
    Write,
    Destroy,
}

impl Effect {
    /// The runtime's variant of it.
    pub(crate) fn variant(self) -> &'static str {
        match self {
            Self::Read => "ReadOnly",
            Self::Write => "Write",
            Self::Destroy => "Destroy",
        }
    }

    /// The runtime's type for what it permits.
    pub(crate) fn permit(self) -> &'static str {
        match self {
            Self::Read => "Read",
            Self::Write => "Write",
            Self::Destroy => "Destroy",
        }
    }

    /// The effect of this name, as a type.
    pub(crate) fn of_permit(ty: &Type) -> Option<Self> {
        [Self::Read, Self::Write, Self::Destroy].into_iter().find(|effect| types::is_named(ty, effect.permit()))
    }

    /// For the docs of the tool.
    pub(crate) fn described(self) -> &'static str {
        match self {
            Self::Read => "reads only",
            Self::Write => "writes",
            Self::Destroy => "destroys",
        }
    }
}

impl Param {
    /// Whether the model, or the person at the client, gives the value, under the parameter's name.
    pub(crate) fn is_argument(&self) -> bool {
        matches!(self.source, Source::Plain | Source::Key) || self.owned().is_some()
    }

    /// `T`, if the guard loads the value.
    pub(crate) fn owned(&self) -> Option<&Type> {
        match &self.source {
            Source::Owned(inner) | Source::OwnedOptional(inner) | Source::OwnedMany(inner) => Some(inner),
            Source::Caller
            | Source::Call
            | Source::Progress
            | Source::Permit(_)
            | Source::State
            | Source::Object(_)
            | Source::Plain
            | Source::Key
            | Source::Flattened
            | Source::Unlendable => None,
        }
    }

    /// What it asks of a state, if anything.
    pub(crate) fn demand(&self) -> Option<Demand<'_>> {
        match &self.source {
            Source::Owned(object) | Source::OwnedOptional(object) | Source::OwnedMany(object) => {
                Some(Demand { capability: Capability::Load, ty: object })
            }
            Source::Key => Some(Demand { capability: Capability::OwnerOf, ty: types::key(&self.ty) }),
            Source::Object(object) => Some(Demand { capability: Capability::AsRef, ty: object }),
            Source::Caller
            | Source::Call
            | Source::Progress
            | Source::Permit(_)
            | Source::State
            | Source::Plain
            | Source::Flattened
            | Source::Unlendable => None,
        }
    }

    /// Whether `owner` can name it.
    pub(crate) fn can_own(&self) -> bool {
        self.is_argument() || matches!(self.source, Source::Caller)
    }

    /// Whether the person at the client is asked for it, as far as its type or its key tells.
    pub(crate) fn is_asked(&self) -> bool {
        self.asked || !self.settings.ask.is_absent()
    }

    /// Whether the type keeps its value from logs.
    pub(crate) fn is_secret_type(&self) -> bool {
        types::is_named(types::innermost(&self.ty), "Secret")
    }
}

impl Tool {
    /// Puts an attribute and a function together.
    pub(crate) fn new(kind: Kind, attribute: Attribute, function: Function) -> Self {
        let home = if function.receiver().is_some() {
            Home::Method
        } else if function.mentions_self_type() {
            Home::Associated
        } else {
            Home::Free
        };
        let mut state = if home == Home::Method { State::SelfType } else { State::Any };
        let mut params = Vec::new();
        for parameter in &function.parameters {
            let Some(ident) = &parameter.name else { continue };
            let source = classify(parameter, ident, &attribute.owner, &mut state);
            params.push(Param::new(parameter, ident, source));
        }
        Self { kind, attribute, function, home, state, params, is_struct: false }
    }

    /// The fields of a struct, as the parameters of a function that has no attribute.
    pub(crate) fn of_fields(kind: Kind, function: Function) -> Self {
        Self { is_struct: true, ..Self::new(kind, Attribute::default(), function) }
    }

    /// What an item of its kind is called in a sentence.
    pub(crate) fn noun(&self) -> &'static str {
        self.kind.grammar().noun
    }

    /// The function's name as written.
    pub(crate) fn ident(&self) -> &Ident {
        &self.function.signature.ident
    }

    /// The name that the model sees.
    pub(crate) fn wire_name(&self) -> String {
        match self.attribute.name.given() {
            Some(name) => name.value(),
            None => self.ident().unraw().to_string(),
        }
    }

    /// What the attribute says about its effect. What is no tool only reads.
    pub(crate) fn effect(&self) -> Effect {
        match self.kind {
            Kind::Tool => {}
            Kind::Resource | Kind::Prompt => return Effect::Read,
        }
        if self.attribute.read_only.is_given() {
            Effect::Read
        } else if self.attribute.destructive.is_given() {
            Effect::Destroy
        } else {
            Effect::Write
        }
    }

    /// The parameters that `owner` names.
    pub(crate) fn owner_names(&self) -> &[Ident] {
        self.attribute.owner.given().map_or(&[], Owner::parameters)
    }

    /// What `owner` would name with some parameters more: `note`, `(note, folder)`.
    pub(crate) fn owner_with<'n>(&'n self, more: impl IntoIterator<Item = &'n Ident>) -> String {
        let all: Vec<String> = self.owner_names().iter().chain(more).map(ToString::to_string).collect();
        if let [only] = all.as_slice() { only.clone() } else { format!("({})", all.join(", ")) }
    }

    /// Whether `owner` names this parameter.
    pub(crate) fn is_owner(&self, param: &Param) -> bool {
        self.owner_names().contains(&param.ident)
    }

    pub(crate) fn param(&self, name: &Ident) -> Option<&Param> {
        self.params.iter().find(|param| param.ident == *name)
    }

    /// The argument of this name in the source.
    pub(crate) fn argument(&self, name: &str) -> Option<&Param> {
        self.params.iter().find(|param| param.is_argument() && param.ident.unraw() == name)
    }

    /// Whether there is a struct whose fields the compiler can look up by name.
    pub(crate) fn has_known_fields(&self) -> bool {
        self.params
            .iter()
            .any(|param| matches!(param.source, Source::Flattened) && !types::is_relative_to_self(&param.ty))
    }
}

impl Param {
    fn new(parameter: &Parameter, ident: &Ident, source: Source) -> Self {
        let wire_name = match parameter.settings.name.given() {
            Some(name) => name.value(),
            None => ident.unraw().to_string(),
        };
        Self {
            ident: ident.clone(),
            wire_name,
            ty: value_type(&parameter.ty).clone(),
            asked: types::inside(&parameter.ty, "Asked").is_some(),
            docs: parameter.docs.clone(),
            settings: parameter.settings.clone(),
            source,
        }
    }
}

/// The `T` of an `Asked<T>`: it is held against every rule for what the model sends.
fn value_type(ty: &Type) -> &Type {
    types::inside(ty, "Asked").unwrap_or(ty)
}

fn classify(parameter: &Parameter, ident: &Ident, owner: &Stated<Owner>, state: &mut State) -> Source {
    let ty = value_type(&parameter.ty);
    if let Some(reference) = types::reference(ty) {
        let exclusive = reference.mutability.is_some();
        if !exclusive && types::is_named(&reference.elem, "Caller") {
            return Source::Caller;
        }
        if !exclusive && types::is_named(&reference.elem, "Call") {
            return Source::Call;
        }
        if !exclusive && types::is_named(&reference.elem, "Progress") {
            return Source::Progress;
        }
        if !exclusive && types::is_named(&reference.elem, "Permit") {
            return Source::Permit(types::inside(&reference.elem, "Permit").cloned().map(Box::new));
        }
        if !exclusive && let object @ Type::TraitObject(_) = types::peel(&reference.elem) {
            return Source::Object(Box::new(object.clone()));
        }
        if matches!(state, State::Any) && !exclusive && !is_plain_value(&reference.elem) {
            *state = State::Given(Box::new(types::peel(&reference.elem).clone()));
            return Source::State;
        }
        return Source::Unlendable;
    }
    if parameter.settings.flatten.is_given() {
        return Source::Flattened;
    }
    let inner = |name| types::inside(ty, name).and_then(|inner| types::inside(inner, "Owned"));
    if let Some(inner) = types::inside(ty, "Owned") {
        Source::Owned(Box::new(inner.clone()))
    } else if let Some(inner) = inner("Option") {
        Source::OwnedOptional(Box::new(inner.clone()))
    } else if let Some(inner) = inner("Vec") {
        Source::OwnedMany(Box::new(inner.clone()))
    } else if owner.given().is_some_and(|owner| owner.parameters().contains(ident)) {
        Source::Key
    } else {
        Source::Plain
    }
}

/// Whether a borrowed type is a value that nobody would run a tool on: `&str`, `&[T]`, `&u32` and their like.
pub(crate) fn is_plain_value(ty: &Type) -> bool {
    const VALUES: &[&str] = &[
        "str", "String", "Vec", "Option", "Box", "Path", "PathBuf", "OsStr", "OsString", "bool", "char", "u8", "u16",
        "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32", "f64", "HashMap", "BTreeMap",
        "HashSet", "BTreeSet", "Value", "Owned", "Secret", "Asked",
    ];
    match types::peel(ty) {
        Type::Slice(_) | Type::Array(_) | Type::Reference(_) | Type::ImplTrait(_) | Type::TraitObject(_) => true,
        other => types::last_segment(other).is_some_and(|segment| VALUES.iter().any(|name| segment.ident == name)),
    }
}
