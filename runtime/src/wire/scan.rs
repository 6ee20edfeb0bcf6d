//! One pass over the raw bytes of a message, without allocation, that determines the cost of parsing it.
//!
//! A parsed message can be many times as large as its bytes: every `{"":0}` of six bytes becomes an object with a node of its own. So the
//! size, the depth and the number of values are limited before there is a tree. The scan does not judge whether the bytes are JSON; a parser
//! that meets an error has built no more than the scan has counted up to there.

/// The limits of a message, on every transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MessageLimits {
    pub(crate) bytes: usize,
    /// How deeply lists and objects may be nested.
    pub(crate) depth: usize,
    /// How many values and keys there may be.
    pub(crate) nodes: usize,
}

impl Default for MessageLimits {
    fn default() -> Self {
        Self { bytes: 1 << 20, depth: 64, nodes: 1 << 15 }
    }
}

/// The measured size of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Measure {
    pub(crate) bytes: usize,
    pub(crate) nodes: usize,
    pub(crate) objects: usize,
}

/// The limit that a message exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TooMuch {
    Bytes,
    Depth,
    Nodes,
}

impl TooMuch {
    /// The message for the sender.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::Bytes => "the message is too large",
            Self::Depth => "the message is nested too deeply",
            Self::Nodes => "the message has too many values",
        }
    }
}

impl Measure {
    /// How many bytes of memory the message takes while it is handled: its bytes, once raw and once in strings, and the tree, whose smallest object
    /// is a node of a B-tree with room for eleven entries.
    pub(crate) fn memory(&self) -> usize {
        const VALUE: usize = 64;
        const OBJECT: usize = 768;
        self.bytes
            .saturating_mul(2)
            .saturating_add(self.nodes.saturating_mul(VALUE))
            .saturating_add(self.objects.saturating_mul(OBJECT))
    }
}

/// Measures a message.
///
/// # Errors
///
/// The first limit that it exceeds; nothing after that place was looked at.
pub(crate) fn scan(message: &[u8], limits: &MessageLimits) -> Result<Measure, TooMuch> {
    if message.len() > limits.bytes {
        return Err(TooMuch::Bytes);
    }
    // The message itself is a value.
    let mut measure = Measure { bytes: message.len(), nodes: 1, objects: 0 };
    let mut depth = 0_usize;
    let mut bytes = message.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => skip_string(&mut bytes),
            b'{' | b'[' => {
                depth += 1;
                measure.nodes += 1;
                measure.objects += usize::from(*byte == b'{');
                if depth > limits.depth {
                    return Err(TooMuch::Depth);
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' | b':' => measure.nodes += 1,
            _ => {}
        }
        if measure.nodes > limits.nodes {
            return Err(TooMuch::Nodes);
        }
    }
    Ok(measure)
}

/// Leaves the iterator behind the closing quotation mark, or at the end.
fn skip_string(bytes: &mut std::slice::Iter<'_, u8>) {
    while let Some(at) = bytes.as_slice().iter().position(|byte| matches!(byte, b'"' | b'\\')) {
        let is_end = bytes.nth(at) == Some(&b'"');
        if is_end {
            return;
        }
        // Whatever is escaped, it does not end the string.
        let _ = bytes.next();
    }
    let _ = bytes.nth(bytes.len());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    const LIMITS: MessageLimits = MessageLimits { bytes: 1000, depth: 4, nodes: 20 };

    fn measured(text: &str) -> Result<Measure, TooMuch> {
        scan(text.as_bytes(), &LIMITS)
    }

    #[test]
    fn each_limit_refuses_what_is_above_it_and_nothing_below() {
        assert!(measured(&"x".repeat(1000)).is_ok());
        assert_eq!(measured(&"x".repeat(1001)), Err(TooMuch::Bytes));
        assert!(measured(r#"[[[{"a":1}]]]"#).is_ok());
        assert_eq!(measured("[[[[[]]]]]"), Err(TooMuch::Depth));
        assert_eq!(
            measured("]][[[["),
            Ok(Measure { bytes: 6, nodes: 5, objects: 0 }),
            "what closes nothing opens nothing"
        );
        assert!(measured(&format!("[{}0]", "0,".repeat(18))).is_ok());
        assert_eq!(measured(&format!("[{}0]", "0,".repeat(19))), Err(TooMuch::Nodes));
        assert_eq!(measured(r#"[{"":0},{"":0},{"":0},{"":0},{"":0},{"":0}]"#).map(|found| found.objects), Ok(6));
    }

    #[test]
    fn what_stands_in_strings_counts_for_nothing() {
        for text in
            [r#""[[[[[[[[{{{{:,,,,,,,,,,,,,,,,,,,,,,,,""#, r#""\"[[[[[[[[\\\"[[[[[[[\\""#, r#""[[[[[[[[[[\"#, r#"""#]
        {
            assert_eq!(measured(text).map(|found| found.nodes), Ok(1), "{text}");
        }
        assert_eq!(
            measured(r#""\\"[[[[["#),
            Err(TooMuch::Depth),
            "an escaped backslash does not escape the quotation mark"
        );
    }

    fn size(value: &Value) -> (usize, usize) {
        let sum =
            |parts: &mut dyn Iterator<Item = &Value>| parts.map(size).fold((1, 0), |(a, b), (c, d)| (a + c, b + d));
        match value {
            Value::Array(items) => sum(&mut items.iter()),
            Value::Object(map) => {
                let (nodes, objects) = sum(&mut map.values());
                (nodes + map.len(), objects + 1)
            }
            _ => (1, 0),
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(json!(null)),
            any::<i32>().prop_map(Value::from),
            ".{0,6}".prop_map(Value::from),
            r#"["\\,:\[\]{}]{0,6}"#.prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::btree_map(".{0,4}", inner, 0..5)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// A parsed message never has more values than the scan has counted.
        #[test]
        fn a_parsed_message_is_no_larger_than_measured(value in any_json()) {
            let limits = MessageLimits { bytes: usize::MAX, depth: usize::MAX, nodes: usize::MAX };
            for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
                let found = scan(text.as_bytes(), &limits).unwrap();
                let (nodes, objects) = size(&value);
                prop_assert!(found.nodes >= nodes && found.objects == objects, "{found:?} {nodes} {text}");
            }
        }
    }
}
