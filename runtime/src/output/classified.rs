//! Data that is masked unless the tool releases it.

use std::{borrow::Cow, fmt, marker::PhantomData};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::exit;
use crate::schema::classes::CLASS;

/// A class of data, of which [`Classified`] values are made and which tools release.
///
/// [`Pii`] and [`Confidential`] are built in; an application adds its own, and releases it by its type:
///
/// ```
/// use secure_tool::prelude::*;
///
/// struct Salary;
///
/// impl Class for Salary {
///     const NAME: &'static str = "salary";
/// }
///
/// #[derive(serde::Serialize, schemars::JsonSchema)]
/// struct Colleague { name: String, salary: Classified<Salary, u32> }
///
/// # struct Desk;
/// # impl Desk {
/// /// Show the caller's own contract.
/// #[secure_tool(scope = "contract:read", owner = caller("the row of the caller alone"), read_only, releases(Salary))]
/// async fn my_contract(&self, caller: &Caller) -> Json<Colleague> {
///     Json(Colleague { name: caller.subject().into(), salary: Classified::new(4200) })
/// }
/// # }
/// # let _ = Desk::my_contract();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a class of data [ST19]",
    label = "does not implement `Class`",
    note = "help: implement it: `impl secure_tool::Class for {Self} {{ const NAME: &'static str = \"…\"; }}`"
)]
pub trait Class: 'static {
    /// The name in masks, the audit record and the manifest: 1 to 64 characters of `a-z 0-9 _`, and not the name of a kind or pattern of the release
    /// scan. Two types with the same name are the same class.
    const NAME: &'static str;
}

/// Data about a person: an address, a date of birth, a phone number. `releases(pii)`.
#[derive(Debug)]
pub enum Pii {}

impl Class for Pii {
    const NAME: &'static str = secure_tool_vocabulary::PII;
}

/// Data that must stay within the organization. `releases(confidential)`.
#[derive(Debug)]
pub enum Confidential {}

impl Class for Confidential {
    const NAME: &'static str = secure_tool_vocabulary::CONFIDENTIAL;
}

/// A value that leaves as `[masked: pii]`, unless the tool declares `releases(pii)`.
///
/// It is a plain field type. Wherever it is serialized, it writes its mask, whatever the value: in a log, in a database, or with
/// `serde_json::to_value` in the body of a tool. The value itself is written only while the [`Json`](crate::Json) or [`Mine`](crate::Mine) of a tool
/// (or the argument of [`Output::json`](crate::Output::json)) is written into its answer, and only if the tool releases the class. The published
/// output schema says which of the two it is, and the [audit record](crate::AuditRecord::masked) counts the masks. `Debug` also shows the mask, and
/// there is no `Display`.
///
/// If a struct flattens it with `#[serde(flatten)]`, it cannot be masked as text: building the server then fails for a tool that does not release the
/// class. As an argument it is deserialized like its `T`, and the audit record leaves it out.
///
/// ```
/// use secure_tool::{Classified, Pii};
///
/// #[derive(Clone, Debug, PartialEq, serde::Serialize, schemars::JsonSchema)]
/// struct Contact {
///     name: String,
///     email: Classified<Pii, String>,
/// }
///
/// let ada = Contact { name: "Ada".into(), email: Classified::new("ada@example.com".into()) };
/// assert_eq!(ada.email.expose(), "ada@example.com");
/// assert_eq!(serde_json::to_string(&ada)?, r#"{"name":"Ada","email":"[masked: pii]"}"#);
/// assert!(!format!("{ada:?}").contains("ada@example.com"));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub struct Classified<C, T> {
    value: T,
    class: PhantomData<fn() -> C>,
}

impl<C: Class, T> Classified<C, T> {
    /// Classifies a value.
    #[must_use]
    pub const fn new(value: T) -> Self {
        Self { value, class: PhantomData }
    }

    /// Returns the value, for the application's own use.
    #[must_use]
    pub const fn expose(&self) -> &T {
        &self.value
    }

    /// Returns the value by move. The application is responsible for it from then on.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value
    }
}

/// The name of a class. An invalid name does not compile.
#[must_use]
pub fn class<C: Class>() -> &'static str {
    const {
        assert!(
            secure_tool_vocabulary::is_label(C::NAME),
            "the `NAME` of a class must consist of 1 to 64 characters of a-z, 0-9 and `_`"
        );
    }
    C::NAME
}

impl<C: Class, T> From<T> for Classified<C, T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<C, T: Clone> Clone for Classified<C, T> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), class: PhantomData }
    }
}

impl<C, T: PartialEq> PartialEq for Classified<C, T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<C: Class, T> fmt::Debug for Classified<C, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[masked: {}]", C::NAME)
    }
}

impl<C: Class, T: Serialize> Serialize for Classified<C, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let class = class::<C>();
        if exit::shows(class) {
            self.value.serialize(serializer)
        } else {
            serializer.collect_str(&format_args!("[masked: {class}]"))
        }
    }
}

impl<'de, C: Class, T: Deserialize<'de>> Deserialize<'de> for Classified<C, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::new)
    }
}

impl<C: Class, T: JsonSchema> JsonSchema for Classified<C, T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Classified_{}_{}", C::NAME, T::schema_name()).into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("secure_tool::Classified<{}, {}>", C::NAME, T::schema_id()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut shown = generator.subschema_for::<T>();
        if generator.contract().is_deserialize() {
            shown.insert("writeOnly".into(), true.into());
            return shown;
        }
        // Not `shown` with an additional keyword: what surrounds it (an `Option`, a length) would then be mixed with what the mask replaces.
        json_schema!({ CLASS: C::NAME, "allOf": [shown] })
    }
}

#[cfg(test)]
mod tests {
    use std::{panic::AssertUnwindSafe, sync::Arc};

    use secure_tool_testkit::joined;
    use serde_json::{json, to_value};

    use super::{Classified, Confidential, Pii};
    use crate::output::exit;

    type Private = Classified<Pii, String>;

    fn private() -> Private {
        Classified::new("ada@example.com".into())
    }

    fn released(classes: &[&'static str]) -> Arc<[&'static str]> {
        classes.into()
    }

    #[test]
    fn it_is_masked_everywhere_but_at_an_exit_that_releases_its_class() {
        let masked = json!("[masked: pii]");
        assert_eq!(to_value(private()).unwrap(), masked);
        for (classes, expected) in [
            (released(&["pii"]), json!("ada@example.com")),
            (released(&["pi", "piii", "confidential"]), masked.clone()),
            (released(&[]), masked.clone()),
        ] {
            let exit = exit::open(&classes);
            assert_eq!(to_value(private()).unwrap(), expected);
            let elsewhere = std::thread::spawn(|| to_value(private()).unwrap());
            assert_eq!(joined("another thread", elsewhere), masked, "another thread");
            assert_eq!(exit.tally().masked, if expected == masked { vec![("pii", 1)] } else { vec![] });
            assert!(exit.tally().masked.is_empty(), "counted once");
        }
        assert_eq!(to_value(private()).unwrap(), masked, "closed again");
    }

    #[test]
    fn classes_within_classes_are_released_one_by_one() {
        let nested: Classified<Pii, Vec<Classified<Confidential, u8>>> = Classified::new(vec![7.into(), 8.into()]);
        for (classes, expected, masked) in [
            (
                released(&["pii"]),
                json!(["[masked: confidential]", "[masked: confidential]"]),
                vec![("confidential", 2)],
            ),
            (released(&["confidential"]), json!("[masked: pii]"), vec![("pii", 1)]),
            (released(&["confidential", "pii"]), json!([7, 8]), vec![]),
        ] {
            let exit = exit::open(&classes);
            assert_eq!(to_value(&nested).unwrap(), expected);
            assert_eq!(exit.tally().masked, masked);
        }
    }

    /// What an application's own `Serialize` may do.
    struct Misbehaving(&'static str);

    impl serde::Serialize for Misbehaving {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self.0 {
                "panics" => panic!("in the middle"),
                // As a server would that is called from within.
                "opens another" => {
                    let _exit = exit::open(&released(&[]));
                    serializer.serialize_str(to_value(private()).unwrap().as_str().unwrap())
                }
                _ => Err(serde::ser::Error::custom("fails")),
            }
        }
    }

    #[test]
    fn a_serializer_that_panics_or_fails_leaves_values_masked() {
        let all = released(&["pii"]);
        for what in ["panics", "fails"] {
            let ran = std::panic::catch_unwind(AssertUnwindSafe(|| {
                let _exit = exit::open(&all);
                to_value(Misbehaving(what)).map_err(drop)
            }));
            assert!(!matches!(ran, Ok(Ok(_))));
            assert_eq!(to_value(private()).unwrap(), "[masked: pii]", "{what}");
        }
        let exit = exit::open(&all);
        assert_eq!(to_value(Misbehaving("opens another")).unwrap(), "[masked: pii]");
        assert_eq!(to_value(private()).unwrap(), "ada@example.com", "the outer one is open again");
        assert!(exit.tally().masked.is_empty());
    }

    #[test]
    fn it_reads_what_its_value_reads_and_shows_nothing_of_it() {
        let read: Private = serde_json::from_value(json!("ada@example.com")).unwrap();
        assert_eq!(read, private());
        assert_eq!(read.clone().into_inner(), "ada@example.com");
        assert_eq!(format!("{read:?} {:?}", Some(read.clone())), "[masked: pii] Some([masked: pii])");
        assert!(serde_json::from_value::<Private>(json!(5)).is_err());
    }
}
