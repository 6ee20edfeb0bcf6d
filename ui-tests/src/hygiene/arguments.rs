//! Arguments with every key of `#[arg]`.

use secure_tool::{
    ServerBuilder,
    prelude::*,
    schemars::JsonSchema,
    serde::{Deserialize, Serialize},
};

use crate::{Cabinet, Note, NoteKey};

const LIMIT: u32 = 20;

/// Which notes.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(crate = "secure_tool::serde")]
#[schemars(crate = "secure_tool::schemars")]
#[serde(rename_all = "snake_case")]
enum Status {
    /// Not sent yet.
    #[default]
    Draft,
    /// Sent.
    Sent,
}

/// A corner of the cabinet.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(crate = "secure_tool::serde")]
#[schemars(crate = "secure_tool::schemars")]
struct Corner {
    left: bool,
    front: bool,
}

/// What to search for.
#[derive(Debug, Arguments)]
struct Search {
    /// What to look for.
    #[arg(min_len = 2, max_len = 200, example = "milk")]
    text: String,
    /// How many at most.
    #[arg(max = 50, default = LIMIT)]
    limit: u32,
    /// Where.
    corner: Option<Corner>,
    #[arg(flatten)]
    page: Page,
}

/// Which part of the result.
#[derive(Clone, Copy, Debug, Arguments, Deserialize, JsonSchema)]
#[serde(crate = "secure_tool::serde", rename_all = "camelCase")]
#[schemars(crate = "secure_tool::schemars")]
struct Page {
    /// The first one.
    first_one: Option<u32>,
}

impl Cabinet {
    /// Numbers.
    #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
    async fn arguments_numbers(
        &self,
        caller: &Caller,
        /// How many at most.
        #[arg(min = 1, max = 50, default = 20)]
        limit: u32,
        /// How many at least.
        #[arg(default = LIMIT / 2, example = LIMIT)]
        least: u32,
        /// One of few.
        #[arg(one_of = [1, 2, 3])]
        level: u8,
        /// A share.
        #[arg(min = 0, max = 1.0, default = 0.5, audit = full)]
        share: f64,
        /// An offset.
        #[arg(min = -10, max = 10, example = -1)]
        offset: Option<i32>,
    ) -> Json<f64> {
        let subject = if caller.subject().is_empty() { 0.0 } else { share };
        Json(f64::from(limit + least) + f64::from(level) + f64::from(offset.unwrap_or_default()) + subject)
    }

    /// Fields.
    #[secure_tool(scope = "notes:write", owner = caller, confirm = "Look for {text} in {room}?")]
    async fn arguments_fields(
        &self,
        caller: &Caller,
        #[arg(flatten)] search: Search,
        /// Which room.
        room: u8,
    ) -> String {
        let Search { text, limit, corner, page: Page { first_one } } = search;
        format!("{} {text} {limit} {corner:?} {first_one:?} {room}", caller.subject())
    }

    /// An object.
    #[secure_tool(scope = "notes:read", owner = unowned("corners are nobody's"), read_only)]
    async fn arguments_object(
        &self,
        /// Where.
        #[arg(nested)]
        corner: Corner,
    ) -> String {
        format!("{corner:?}")
    }

    /// Texts.
    #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
    async fn arguments_texts(
        &self,
        caller: &Caller,
        /// What to look for.
        #[arg(min_len = 1, max_len = 64, example = "milk", audit = shape)]
        text: String,
        /// A number such as `n_0042`.
        #[arg(pattern = "^n_[0-9]{4}$", example = "n_0042", name = "noteNumber")]
        number: Option<String>,
        /// When.
        #[arg(format = "date")]
        day: Option<String>,
        /// How.
        #[arg(one_of = ["asc", "desc"], default = "asc")]
        order: String,
        /// A letter.
        #[arg(unbounded("a letter may be as long as it likes"))]
        letter: Option<String>,
        /// A search expression.
        #[arg(raw("it is parsed by a grammar without side effects"))]
        expression: Option<String>,
        /// A user to mention.
        #[arg(not_identity("it is only looked up for its display name"))]
        user: Option<String>,
        /// The pin of the drawer.
        pin: Option<Secret<String>>,
        /// A word nobody may read.
        #[arg(secret, audit = none)]
        word: Option<String>,
    ) -> String {
        let secret = pin.map_or(0, |pin| pin.expose().len()) + word.map_or(0, |word| word.len());
        let rest = [number, day, letter, expression, user].into_iter().flatten().collect::<String>();
        format!("{}{text}{order}{rest}{secret}", caller.subject())
    }

    /// Lists and types of our own.
    #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
    fn arguments_lists(
        &self,
        caller: &Caller,
        /// Words.
        #[arg(max_items = 3, max_len = 10, example = ["a", "b"], default = [])]
        words: Vec<String>,
        /// Rows of numbers.
        #[arg(example = [[1, 2], [3]])]
        rows: Option<Vec<Vec<u32>>>,
        /// Flags.
        #[arg(default = [true, false])]
        flags: Vec<bool>,
        /// Which notes.
        #[arg(default)]
        status: Status,
        /// Where.
        #[arg(default = Corner { left: true, front: false })]
        corner: Corner,
        /// A position.
        #[arg(example = (1, 2))]
        mut position: (u32, u32),
    ) -> Json<usize> {
        position.0 += u32::from(corner.left) + u32::from(corner.front);
        let sent = usize::from(matches!(status, Status::Sent));
        let rows = rows.map_or(0, |rows| rows.len());
        Json(caller.subject().len() + words.len() + rows + flags.len() + sent + position.0 as usize)
    }

    /// Read notes, with examples of their keys.
    #[secure_tool(scope = "notes:read", owner = (note, notes), read_only)]
    async fn arguments_keys(
        &self,
        /// Which note.
        #[arg(example = NoteKey(7), min = 1)]
        note: Owned<Note>,
        /// Which others.
        #[arg(example = [1, 2])]
        notes: Vec<Owned<Note>>,
    ) -> String {
        notes.iter().map(|note| note.text()).chain([note.text()]).collect()
    }
}

pub(super) fn register(builder: ServerBuilder<Cabinet>) -> ServerBuilder<Cabinet> {
    builder
        .tool(Cabinet::arguments_numbers())
        .tool(Cabinet::arguments_texts())
        .tool(Cabinet::arguments_fields())
        .tool(Cabinet::arguments_object())
        .tool(Cabinet::arguments_lists())
        .tool(Cabinet::arguments_keys())
}
