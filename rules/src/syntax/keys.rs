//! Tables of keys. A key is declared once: its row makes the field, reads it, suggests it, and documents it.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{LitStr, Token};

use super::{Parsed, Stated, peek_value, suggest, take_comma, take_value};
use crate::errors::Sink;
use crate::kind::{Grammar, Kind};
use crate::messages;

/// One key of a `T`.
pub(crate) struct Key<T> {
    pub(crate) name: &'static str,
    /// The kinds of items whose attributes have the key.
    pub(crate) kinds: &'static [Kind],
    /// Reads what follows the key, up to the comma, into its field.
    pub(crate) read: fn(&mut T, &Ident, ParseStream, &Sink) -> Parsed<()>,
    /// Notes that the key was probably meant by what was refused, so that nobody calls it missing.
    pub(crate) mark_broken: fn(&mut T),
    /// Its cells in the reference, after the one with its name.
    pub(crate) docs: &'static [&'static str],
}

/// What a list of keys is read into.
pub(crate) trait Keyed: Sized + 'static {
    /// The keys in the order of the reference. A key exists only once something enforces it.
    const KEYS: &'static [Key<Self>];
    /// The head of the reference.
    const COLUMNS: &'static [&'static str];
}

/// Declares a struct with a field for each key, and its [`Keyed`] table:
/// `"key" => field: Type { read: reader, kinds: &[…], docs: [one cell for each further column] }`. With `constant: true` before `docs` the value may
/// be an expression that only the compiler knows.
macro_rules! keys {
    (
        $(#[$meta:meta])*
        pub(crate) struct $name:ident {
            $($(#[$other_meta:meta])* $other:ident: $other_ty:ty,)*
        }
        columns: $columns:expr;
        $($key:literal => $field:ident: $ty:ty { read: $read:expr, kinds: $kinds:expr, $(constant: $constant:literal,)? docs: $docs:expr $(,)? })*
    ) => {
        $(#[$meta])*
        #[derive(Clone, Default)]
        pub(crate) struct $name {
            $($(#[$other_meta])* pub(crate) $other: $other_ty,)*
            $(pub(crate) $field: $crate::syntax::Stated<$ty>,)*
        }

        impl $crate::syntax::keys::Keyed for $name {
            const KEYS: &'static [$crate::syntax::keys::Key<Self>] = &[$($crate::syntax::keys::Key {
                name: $key,
                kinds: $kinds,
                read: |into, key, input, sink| {
                    $(if $constant && let Some(expression) = $crate::syntax::constant::read(input) {
                        into.$field = $crate::syntax::Stated::Constant(expression);
                        return Ok(());
                    })?
                    let read: fn(&Ident, ParseStream, &Sink) -> Parsed<$ty> = $read;
                    $crate::syntax::keys::keep(&mut into.$field, read(key, input, sink))
                },
                mark_broken: |from| from.$field.mark_broken(),
                docs: &$docs,
            }),*];
            const COLUMNS: &'static [&'static str] = &$columns;
        }
    };
}
pub(crate) use keys;

/// Stores what was read, or the mark that it is broken.
pub(crate) fn keep<T>(field: &mut Stated<T>, parsed: Parsed<T>) -> Parsed<()> {
    let outcome = parsed.as_ref().map(|_| ()).map_err(|reported| *reported);
    *field = parsed.into();
    outcome
}

/// Where keys are read: which ones exist there, and what the place is called.
pub(crate) struct Place<T: 'static> {
    name: &'static str,
    noun: &'static str,
    sample: &'static str,
    keys: Vec<&'static Key<T>>,
}

impl<T: Keyed> Place<T> {
    /// The attribute of a kind.
    pub(crate) fn attribute(kind: Kind) -> Self {
        let &Grammar { attribute, noun, sample, .. } = kind.grammar();
        Self { name: attribute, noun, sample, keys: of_kind(kind).collect() }
    }

    /// `#[arg(…)]` on a parameter of an item of a kind.
    pub(crate) fn arg(kind: Kind) -> Self {
        let noun = kind.grammar().noun;
        Self { name: "arg", noun, sample: "#[arg(min = 1, max = 50)]", keys: of_kind(kind).collect() }
    }

    fn names(&self) -> Vec<&'static str> {
        self.keys.iter().map(|key| key.name).collect()
    }

    fn find(&self, name: &str) -> Option<&'static Key<T>> {
        self.keys.iter().copied().find(|key| key.name == name)
    }

    /// The known key that comes next.
    fn peek(&self, input: ParseStream) -> Option<Ident> {
        let key = input.fork().call(Ident::parse_any).ok()?;
        self.find(&key.to_string()).map(|_| key)
    }
}

/// The keys that the items of a kind have.
pub(crate) fn of_kind<T: Keyed>(kind: Kind) -> impl Iterator<Item = &'static Key<T>> {
    T::KEYS.iter().filter(move |key| key.kinds.contains(&kind))
}

/// Reads `key …, key …` and recovers at the next comma, so that one broken key hides no other.
///
/// Each key is read once; `seen` holds those that were read before.
pub(crate) fn read_entries<T: Keyed>(
    tokens: TokenStream,
    place: &Place<T>,
    seen: &mut Vec<&'static str>,
    into: &mut T,
    sink: &Sink,
) {
    let parser = |input: ParseStream| {
        while !input.is_empty() {
            read_entry(input, place, seen, into, sink);
            if place.peek(input).is_some() {
                continue;
            }
            take_value(input);
            if !take_comma(input) {
                break;
            }
        }
        Ok(())
    };
    if let Err(error) = parser.parse2(tokens) {
        sink.refuse_syntax(&error, messages::no_key(place.name, place.sample));
    }
}

fn read_entry<T: Keyed>(input: ParseStream, place: &Place<T>, seen: &mut Vec<&'static str>, into: &mut T, sink: &Sink) {
    let Ok(word) = input.call(Ident::parse_any) else {
        read_no_key(input, place, into, sink);
        return;
    };
    let name = word.to_string();
    let Some(key) = place.find(&name) else {
        if let Some(key) = T::KEYS.iter().find(|key| key.name == name) {
            sink.refuse(&word, messages::key_of_others(&name, place.noun));
            (key.mark_broken)(into);
        } else {
            let known = place.names();
            sink.refuse(&word, messages::unknown_key(&name, place.name, &known));
            mark_broken(suggest::nearest(&name, &known), place, into);
        }
        take_value(input);
        return;
    };
    if seen.contains(&key.name) {
        sink.refuse(&word, messages::duplicate_key(&name, place.name));
        take_value(input);
        return;
    }
    seen.push(key.name);
    if (key.read)(into, &word, input, sink).is_err() {
        take_value(input);
    } else if let Some(next) = place.peek(input) {
        sink.refuse(&next, messages::missing_comma(&word, &next));
    } else if !input.is_empty() && !input.peek(Token![,]) {
        sink.refuse(peek_value(input), messages::not_part_of(&word));
    }
}

/// Refuses what stands in the place of a key. A text alone is probably a scope.
fn read_no_key<T: Keyed>(input: ParseStream, place: &Place<T>, into: &mut T, sink: &Sink) {
    const SCOPE: &str = "scope";
    let whole = peek_value(input);
    if whole.is_empty() {
        if let Ok(comma) = input.fork().parse::<Token![,]>() {
            sink.refuse(comma, messages::no_key(place.name, place.sample));
        }
    } else if input.peek(LitStr) && place.find(SCOPE).is_some() {
        sink.refuse(&whole, messages::scope_without_key(&whole));
        mark_broken(Some(SCOPE), place, into);
    } else {
        sink.refuse(&whole, messages::no_key(place.name, place.sample));
    }
    take_value(input);
}

fn mark_broken<T: Keyed>(meant: Option<&str>, place: &Place<T>, into: &mut T) {
    if let Some(key) = meant.and_then(|name| place.find(name)) {
        (key.mark_broken)(into);
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;

    use super::{Keyed, Place, read_entries};
    use crate::errors::Errors;
    use crate::kind::Kind;
    use crate::syntax::arg::Settings;
    use crate::syntax::attribute::Attribute;

    fn said<T: Keyed + Default>(key: &str, place: &Place<T>) -> Vec<String> {
        let errors = Errors::new();
        let tokens: TokenStream = key.parse().unwrap_or_default();
        read_entries(tokens, place, &mut Vec::new(), &mut T::default(), &errors.sink());
        errors.into_texts()
    }

    fn keys_of_others<T: Keyed + Default>(place: fn(Kind) -> Place<T>) {
        for kind in Kind::ALL {
            for key in T::KEYS.iter().filter(|key| !key.kinds.contains(kind)) {
                let said = said(key.name, &place(*kind));
                let noun = kind.grammar().noun;
                assert_eq!(said.len(), 1, "{said:#?}");
                assert!(
                    said.iter().all(|text| text.contains("[ST10]\nhelp: ") && text.contains(&format!("a {noun}"))),
                    "{said:?}"
                );
                assert!(said.iter().all(|text| text.starts_with(&format!("`{}`", key.name))), "{said:?}");
            }
        }
    }

    #[test]
    fn a_key_of_another_kind_has_its_own_message() {
        keys_of_others(Place::<Attribute>::attribute);
        keys_of_others(Place::<Settings>::arg);
    }
}
