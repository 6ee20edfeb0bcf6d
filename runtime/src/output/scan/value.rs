//! The scan of structured content.

use serde_json::{Map, Number, Value};

use super::{Counts, Kind, Scan, numbers};

/// A card's number stands where only a number can: there is no mask for it.
#[derive(Debug)]
pub(crate) struct Withheld;

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
                return Err(Withheld);
            }
            Value::Array(items) => {
                for item in items {
                    changed |= self.walk(item, counts)?;
                }
            }
            Value::Object(fields) => {
                for field in fields.values_mut() {
                    changed |= self.walk(field, counts)?;
                }
                changed |= self.mask_keys(fields, counts);
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
        Ok(changed)
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
    let whole = number.as_u64().or_else(|| {
        let float = number.as_f64().filter(|float| float.fract() == 0.0 && (1e12..BEYOND).contains(float))?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and in range")]
        Some(float as u64)
    });
    whole.is_some_and(|whole| numbers::is_card(whole.to_string().as_bytes()))
}
