//! How the output looks in a terminal.

use std::io::{self, Write};

use serde_json::Value;

use super::{Outcome, answer::Answer};

const BOLD: &str = "1";
const DIM: &str = "2";
const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const CYAN: &str = "36";
const ALARM: &str = "1;41;97";

/// Longer lines are cut off: some patterns fill the screen.
const LINE: usize = 240;

pub(super) struct Printer<'w, W> {
    out: &'w mut W,
    colour: bool,
    surprises: Vec<String>,
}

impl<'w, W: Write> Printer<'w, W> {
    pub(super) fn new(out: &'w mut W, colour: bool) -> Self {
        Self { out, colour, surprises: Vec::new() }
    }

    fn paint(&self, style: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{style}m{text}\x1b[0m") } else { text.to_owned() }
    }

    pub(super) fn heading(&mut self, title: &str) -> io::Result<()> {
        let title = self.paint(BOLD, &format!("== {title} =="));
        writeln!(self.out, "\n{title}")
    }

    pub(super) fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{text}")
    }

    /// Why it came out as it did.
    pub(super) fn why(&mut self, text: &str) -> io::Result<()> {
        let why = self.paint(DIM, &format!("why: {text}"));
        writeln!(self.out, "  {why}")
    }

    pub(super) fn asked(&mut self, name: &str, request: &str, answer: &Answer) -> io::Result<()> {
        self.request(name, request)?;
        self.outcome(answer)
    }

    pub(super) fn call(&mut self, name: &str, tool: &str, arguments: &Value) -> io::Result<()> {
        let empty = arguments.as_object().is_none_or(serde_json::Map::is_empty);
        self.request(name, &if empty { tool.to_owned() } else { format!("{tool} {}", harmless(arguments)) })
    }

    fn request(&mut self, name: &str, request: &str) -> io::Result<()> {
        let name = self.paint(CYAN, name);
        writeln!(self.out, "  {name} > {request}")
    }

    /// A question to a person, and what came of it.
    pub(super) fn question(&mut self, whom: &str, question: &str, reply: &str) -> io::Result<()> {
        let label = self.paint(YELLOW, "asked  ");
        writeln!(self.out, "      {label}  {whom}: {question} -> {reply}")
    }

    pub(super) fn outcome(&mut self, answer: &Answer) -> io::Result<()> {
        let code = answer.code();
        let label = match code.as_str() {
            "allowed" => self.paint(GREEN, "allowed"),
            // These calls were let in.
            "conflict" | "timeout" | "internal" => self.paint(YELLOW, "failed "),
            _ => self.paint(RED, "refused"),
        };
        let http = if let Answer::Http(status, _) = answer { format!("HTTP {status} ") } else { String::new() };
        for line in answer.lines() {
            writeln!(self.out, "      {label}  {http}{}", cut(&line))?;
        }
        Ok(())
    }

    /// Prints and records an unexpected outcome.
    pub(super) fn expect(&mut self, holds: bool, otherwise: impl FnOnce() -> String) -> Outcome<()> {
        if !holds {
            let (label, surprise) = (self.paint(ALARM, "UNEXPECTED"), otherwise());
            writeln!(self.out, "      {label} {surprise}")?;
            self.surprises.push(surprise);
        }
        Ok(())
    }

    /// Prints this if every outcome was as expected.
    pub(super) fn end(mut self, told: &str) -> Outcome<()> {
        self.line("")?;
        match &self.surprises[..] {
            [] => Ok(self.line(told)?),
            all => Err(format!("{} outcomes were not as expected:\n{}", all.len(), all.join("\n")).into()),
        }
    }

    /// A table whose columns are as wide as their widest cell.
    pub(super) fn table(&mut self, header: Vec<String>, rows: Vec<Vec<String>>) -> io::Result<()> {
        let mut widths = vec![0; header.len()];
        for row in rows.iter().chain([&header]) {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let render = |row: Vec<String>| {
            let cells: Vec<String> =
                row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}", width = *width)).collect();
            cells.join("  ").trim_end().to_owned()
        };
        let header = self.paint(BOLD, &render(header));
        writeln!(self.out, "{header}")?;
        rows.into_iter().try_for_each(|row| writeln!(self.out, "{}", render(row)))
    }
}

fn cut(line: &str) -> String {
    if line.chars().count() <= LINE { line.to_owned() } else { line.chars().take(LINE - 1).chain(['…']).collect() }
}

/// Arguments as they may be shown to anybody: without the one that is secret, and with a word for what cannot be seen.
fn harmless(arguments: &Value) -> String {
    let mut arguments = arguments.clone();
    if let Some(secret) = arguments.get_mut("access_token") {
        *secret = Value::from("(a token)");
    }
    let (mut shown, mut hidden) = (String::new(), 0_usize);
    for letter in arguments.to_string().chars() {
        if ('\u{e0000}'..='\u{e007f}').contains(&letter) {
            hidden += 1;
            continue;
        }
        if hidden > 0 {
            shown.extend(["(", &std::mem::take(&mut hidden).to_string(), " invisible characters)"]);
        }
        shown.push(letter);
    }
    shown
}
