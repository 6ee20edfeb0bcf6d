//! The scan of structured content.

use serde_json::{Map, Number, Value};

use super::{Counts, Kind, Scan, cloud, numbers};

/// A card's number stands where only a number can: there is no mask for it.
#[derive(Debug)]
pub(crate) struct Withheld {
    /// The names and positions that lead to it, the innermost first.
    steps: Vec<String>,
}

impl Withheld {
    fn below(mut self, step: impl Into<String>) -> Self {
        self.steps.push(step.into());
        self
    }

    /// Where it stands, as a JSON Pointer (RFC 6901) that is cut after 256 characters.
    pub(crate) fn pointer(&self) -> String {
        const LONGEST: usize = 256;
        let steps = self.steps.iter().rev().map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1")));
        steps.collect::<String>().chars().take(LONGEST).collect()
    }
}

impl Scan {
    /// Masks every string and every key of a value; `json` is the same value as text. Returns whether anything was masked.
    ///
    /// A number cannot be masked without making the published schema a lie. One that is a card's, by its length, issuer and check
    /// digit, keeps the whole answer from leaving.
    pub(crate) fn mask_value(&self, value: &mut Value, json: &str, counts: &mut Counts) -> Result<bool, Withheld> {
        Ok(self.may_hold(json) && self.walk(value, counts)?)
    }

    /// Values nest no deeper than a type of Rust that was serialized, on the same stack, just before.
    fn walk(&self, value: &mut Value, counts: &mut Counts) -> Result<bool, Withheld> {
        let mut changed = false;
        match value {
            Value::String(text) => {
                if let Some(masked) = self.mask(text, counts) {
                    *text = masked;
                    changed = true;
                }
            }
            Value::Number(number) if self.masks(Kind::Card) && is_card(number) => {
                counts.add(Kind::Card.index());
                return Err(Withheld { steps: Vec::new() });
            }
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    changed |= self.walk(item, counts).map_err(|withheld| withheld.below(index.to_string()))?;
                }
            }
            Value::Object(fields) => {
                for (name, field) in fields.iter_mut() {
                    changed |= match field {
                        Value::String(text) if self.is_named_secret(name, text) => {
                            counts.add(Kind::ApiKey.index());
                            *text = self.mask_of(Kind::ApiKey.index());
                            true
                        }
                        field => self.walk(field, counts).map_err(|withheld| {
                            // A name may be data as well.
                            let masked = self.mask(name, &mut Counts::default());
                            withheld.below(masked.unwrap_or_else(|| name.clone()))
                        })?,
                    };
                }
                changed |= self.mask_keys(fields, counts);
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
        Ok(changed)
    }

    /// Whether the name of a field says what its text is, which does not tell it itself.
    fn is_named_secret(&self, name: &str, text: &str) -> bool {
        self.masks(Kind::ApiKey) && cloud::form_of(name).is_some_and(|form| cloud::is_whole(text, form))
    }

    fn mask_keys(&self, fields: &mut Map<String, Value>, counts: &mut Counts) -> bool {
        let masked: Vec<(String, String)> =
            fields.keys().filter_map(|key| Some((key.clone(), self.mask(key, counts)?))).collect();
        for (key, masked) in &masked {
            // Two keys may be masked alike; none is lost.
            let mut name = masked.clone();
            let mut number = 1;
            while fields.contains_key(&name) {
                number += 1;
                name = format!("{masked} ({number})");
            }
            if let Some(field) = fields.remove(key) {
                fields.insert(name, field);
            }
        }
        !masked.is_empty()
    }
}

fn is_card(number: &Number) -> bool {
    /// A billion billions, beyond which no card's number is; and all of these a float holds.
    const BEYOND: f64 = 1e19;
    let integer = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
    let whole = integer.or_else(|| {
        let float =
            number.as_f64().map(f64::abs).filter(|float| float.fract() == 0.0 && (1e12..BEYOND).contains(float))?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and in range")]
        Some(float as u64)
    });
    whole.is_some_and(|whole| numbers::is_card(whole.to_string().as_bytes()))
}
