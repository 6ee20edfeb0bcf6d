//! How it looks in a terminal.

use std::io::{self, Write};

use serde_json::Value;

use super::client::Answer;

const BOLD: &str = "1";
const DIM: &str = "2";
const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const CYAN: &str = "36";
const ALARM: &str = "1;41;97";

pub(super) struct Printer<'w, W> {
    out: &'w mut W,
    colour: bool,
}

impl<'w, W: Write> Printer<'w, W> {
    pub(super) fn new(out: &'w mut W, colour: bool) -> Self {
        Self { out, colour }
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

    pub(super) fn call(&mut self, name: &str, tool: &str, arguments: &Value, answer: &Answer) -> io::Result<()> {
        let empty = arguments.as_object().is_none_or(serde_json::Map::is_empty);
        self.asked(name, &if empty { tool.to_owned() } else { format!("{tool} {arguments}") }, answer)
    }

    pub(super) fn asked(&mut self, name: &str, request: &str, answer: &Answer) -> io::Result<()> {
        let (name, code) = (self.paint(CYAN, name), answer.code());
        writeln!(self.out, "  {name} > {request}")?;
        let label = match code.as_str() {
            "allowed" => self.paint(GREEN, "allowed"),
            // These calls were let in.
            "conflict" | "timeout" | "internal" => self.paint(YELLOW, "failed "),
            _ => self.paint(RED, "refused"),
        };
        let http = if let Answer::Http(status, _) = answer { format!("HTTP {status} ") } else { String::new() };
        for line in answer.lines() {
            writeln!(self.out, "      {label}  {http}{line}")?;
        }
        Ok(())
    }

    pub(super) fn surprise(&mut self, text: &str) -> io::Result<()> {
        let label = self.paint(ALARM, "UNEXPECTED");
        writeln!(self.out, "      {label} {text}")
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
