//! ST18: patterns that are none, or that not every client can read.

use regex_syntax::ast::{self, Ast, ClassSetItem, HexLiteralKind, LiteralKind, Span, Visitor};
use regex_syntax::hir::{Class, Hir, HirKind};
use regex_syntax::{Parser, ast::parse::Parser as AstParser};

use super::trust;
use crate::errors::Sink;
use crate::messages;
use crate::model::Tool;

/// ST18: a pattern is a regular expression, which clients in JavaScript and in Python read as well.
pub(super) fn pattern(tool: &Tool, sink: &Sink) {
    for param in &tool.params {
        let Some(pattern) = param.settings.pattern.given() else { continue };
        let value = pattern.value();
        if let Err(error) = Parser::new().parse(&value) {
            sink.refuse(pattern, messages::bad_pattern(&why(&error)));
        } else if let Some(foreign) = foreign(&value)
            // ST33 refuses the whole pattern.
            && (trust::is_narrowed(param) || !trust::is_free_text(tool, param) || !param.settings.raw.is_absent())
        {
            sink.refuse(pattern, messages::foreign_pattern(&foreign.written, foreign.instead));
        }
    }
}

/// Whether a pattern describes nothing: it has no part that an arbitrary text could fail.
pub(super) fn accepts_anything(pattern: &str) -> bool {
    Parser::new().parse(pattern).is_ok_and(|hir| freedom(&hir) == Freedom::Anything)
}

/// What the part of a pattern says about the text that it matches.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Freedom {
    /// It is empty.
    Nothing,
    /// It may be anything.
    Anything,
    Narrowed,
}

fn freedom(hir: &Hir) -> Freedom {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Freedom::Nothing,
        HirKind::Class(class) if matches_all_visible_ascii(class) => Freedom::Anything,
        HirKind::Repetition(repetition) => freedom(&repetition.sub),
        HirKind::Capture(capture) => freedom(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(freedom).fold(Freedom::Nothing, |whole, part| match (whole, part) {
            (Freedom::Nothing, other) | (other, Freedom::Nothing) => other,
            (Freedom::Anything, Freedom::Anything) => Freedom::Anything,
            _ => Freedom::Narrowed,
        }),
        HirKind::Alternation(choices) if choices.iter().any(|choice| freedom(choice) == Freedom::Anything) => {
            Freedom::Anything
        }
        HirKind::Class(_) | HirKind::Literal(_) | HirKind::Alternation(_) => Freedom::Narrowed,
    }
}

/// Whether a class takes each letter, digit and sign of ASCII: with them alone every path, command and address can be written.
fn matches_all_visible_ascii(class: &Class) -> bool {
    match class {
        Class::Unicode(class) => class.iter().any(|range| range.start() <= '!' && range.end() >= '~'),
        Class::Bytes(class) => class.iter().any(|range| range.start() <= b'!' && range.end() >= b'~'),
    }
}

/// What not every client can read, as it is written, and what to write instead.
#[derive(Debug, PartialEq, Eq)]
struct Foreign {
    written: String,
    instead: &'static str,
}

/// The first part of a pattern that JavaScript without its `u` flag, or Python's `re`, cannot read or reads as something else.
fn foreign(pattern: &str) -> Option<Foreign> {
    let ast = AstParser::new().parse(pattern).ok()?;
    let (span, instead) = ast::visit(&ast, Find(None)).ok()??;
    let written = pattern.get(span.start.offset..span.end.offset)?.to_owned();
    Some(Foreign { written, instead })
}

const LETTERS: &str = "the letters themselves, such as `[A-Za-zÀ-ÖØ-öø-ÿ]`";
const CHARACTER: &str = "the character itself";
const GROUP: &str = "a plain group, `(…)`, and both cases of a letter, `[Aa]`";
const ASCII: &str = "the characters themselves, such as `[A-Za-z0-9]`";
const DIFFERENCE: &str = "the resulting class, such as `[b-df-h]`";
const ANCHOR: &str = "`^` and `$`";

struct Find(Option<(Span, &'static str)>);

impl Find {
    fn found(&mut self, span: &Span, instead: &'static str) {
        self.0.get_or_insert((*span, instead));
    }

    fn literal(&mut self, literal: &ast::Literal) {
        if let LiteralKind::HexBrace(_) | LiteralKind::HexFixed(HexLiteralKind::UnicodeLong) = literal.kind {
            self.found(&literal.span, CHARACTER);
        }
    }
}

impl Visitor for Find {
    type Output = Option<(Span, &'static str)>;
    type Err = ();

    fn finish(self) -> Result<Self::Output, ()> {
        Ok(self.0)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), ()> {
        match ast {
            Ast::Literal(literal) => self.literal(literal),
            Ast::ClassUnicode(class) => self.found(&class.span, LETTERS),
            Ast::Flags(flags) => self.found(&flags.span, GROUP),
            Ast::Group(group) => match &group.kind {
                ast::GroupKind::CaptureName { name, .. } => self.found(&name.span, GROUP),
                ast::GroupKind::NonCapturing(flags) if !flags.items.is_empty() => self.found(&flags.span, GROUP),
                ast::GroupKind::NonCapturing(_) | ast::GroupKind::CaptureIndex(_) => {}
            },
            Ast::Assertion(assertion) => match assertion.kind {
                ast::AssertionKind::StartLine
                | ast::AssertionKind::EndLine
                | ast::AssertionKind::WordBoundary
                | ast::AssertionKind::NotWordBoundary => {}
                _ => self.found(&assertion.span, ANCHOR),
            },
            _ => {}
        }
        Ok(())
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), ()> {
        match item {
            ClassSetItem::Literal(literal) => self.literal(literal),
            ClassSetItem::Range(range) => {
                self.literal(&range.start);
                self.literal(&range.end);
            }
            ClassSetItem::Unicode(class) => self.found(&class.span, LETTERS),
            ClassSetItem::Ascii(class) => self.found(&class.span, ASCII),
            ClassSetItem::Bracketed(class) => self.found(&class.span, ASCII),
            ClassSetItem::Empty(_) | ClassSetItem::Perl(_) | ClassSetItem::Union(_) => {}
        }
        Ok(())
    }

    fn visit_class_set_binary_op_pre(&mut self, operation: &ast::ClassSetBinaryOp) -> Result<(), ()> {
        self.found(&operation.span, DIFFERENCE);
        Ok(())
    }
}

/// Whether a text matches a pattern as a whole, if that can be told here.
///
/// `regex-lite` reads `\w` and its like without Unicode, as JavaScript does and the server does not, so of texts beyond ASCII nothing is said.
pub(super) fn matches(pattern: &str, text: &str) -> Option<bool> {
    if !text.is_ascii() && pattern.contains(['\\', '?']) {
        return None;
    }
    regex_lite::Regex::new(&format!("^(?:{pattern})$")).ok().map(|regex| regex.is_match(text))
}

fn why(error: &regex_syntax::Error) -> String {
    match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        _ => "it is no regular expression".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{accepts_anything, foreign, matches, pattern};
    use crate::check::testing::cases;

    #[test]
    fn patterns() {
        cases! { pattern in #[secure_tool(owner = caller)] fn f(&self, _) {};
            accepts: #[arg(pattern = r"^[A-Za-zÀ-ÿ]+$")] a: String;
            accepts: #[arg(pattern = r"^\w+(?:-\d{4}|\.txt)?\b$")] a: String;
            refuses ST18 "unclosed group": #[arg(pattern = "(")] a: String;
            refuses ST18 "look-around": #[arg(pattern = "(?=a)")] a: String;
            refuses ST18 "takes a string": #[arg(pattern = 5)] a: String;
            refuses ST18 "`\\p{L}`": #[arg(pattern = r"^\p{L}+$")] a: String;
            refuses ST18 "`[A-Za-zÀ-ÖØ-öø-ÿ]`": #[arg(pattern = r"^[0-9\p{Lu}]+$")] a: String;
            refuses ST18 "`\\u{e9}`": #[arg(pattern = r"^caf\u{e9}$")] path: String;
        }
        // ST33 says that this one is none.
        cases! { pattern in #[secure_tool(owner = caller)] fn f(&self, _) {};
            accepts: #[arg(pattern = "(?s).*")] path: String;
            refuses ST18 "`(?s)`": #[arg(pattern = "(?s).*")] note: String;
            refuses ST18 "`(?s)`": #[arg(pattern = "(?s).*", raw("opened below a root"))] path: String;
        }
    }

    #[test]
    fn what_clients_cannot_read() {
        for (pattern, written) in [
            (r"\p{Greek}", r"\p{Greek}"),
            (r"\PL", r"\PL"),
            (r"[^\p{L}]", r"\p{L}"),
            (r"a\u{1F600}", r"\u{1F600}"),
            (r"\x{41}", r"\x{41}"),
            (r"[\u{41}-Z]", r"\u{41}"),
            (r"\U0001F600", r"\U0001F600"),
            (r"(?i)a", "(?i)"),
            (r"(?i:a)", "i"),
            (r"(?P<year>\d)", "year"),
            (r"[[:alpha:]]", "[:alpha:]"),
            (r"[a-z&&[^b]]", "a-z&&[^b]"),
            (r"\Aa\z", r"\A"),
        ] {
            assert_eq!(foreign(pattern).map(|foreign| foreign.written).as_deref(), Some(written), "{pattern}");
        }
        for pattern in [r"^[a-zé]+$", r"\u00e9\x41", r"(?:a|b)\d\w\s\S", r"\bA{2,}?", r"[\w.-]", "^$"] {
            assert_eq!(foreign(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn patterns_that_accept_everything() {
        for pattern in [
            ".*",
            "^.*$",
            "(?s).*",
            r"[\s\S]*",
            ".+",
            ".{1,500}",
            "^(.*)$",
            r"\S+",
            "(.|\\n)*",
            "a|.*",
            ".*.+",
            ".",
            "[ -~]+",
            r"^[^\r\n]*$",
            r"\b.*",
            r"[\w\W]+",
            "(?:.?)*",
        ] {
            assert!(accepts_anything(pattern), "{pattern}");
        }
        for pattern in ["", "^$", "^[a-z]+$", "https://.*", r".*\.txt", "[^/]+", r"\w+", "(", "a|b", "[^;]*"] {
            assert!(!accepts_anything(pattern), "{pattern}");
        }
    }

    #[test]
    fn whole_texts_match() {
        assert_eq!(matches("a|b", "b"), Some(true));
        assert_eq!(matches("^[0-9]+$", "12x"), Some(false));
        assert_eq!(matches("[é]+", "éé"), Some(true));
        assert_eq!(matches(r"\w+", "é"), None);
    }
}
