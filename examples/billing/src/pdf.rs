//! A page of text as a PDF, without a library.

/// How many lines fit.
const LINES: usize = 40;

/// One page. Characters that the standard fonts do not have become question marks.
pub(crate) fn page(lines: &[String]) -> Vec<u8> {
    let mut text = b"BT /F1 12 Tf 16 TL 72 760 Td".to_vec();
    for line in lines.iter().take(LINES) {
        text.extend(b" (");
        for letter in line.chars() {
            match letter {
                '(' | ')' | '\\' => text.extend([b'\\', u8::try_from(letter).unwrap_or(b'?')]),
                ' '..='~' | '\u{a0}'..='\u{ff}' => text.push(u8::try_from(letter).unwrap_or(b'?')),
                _ => text.push(b'?'),
            }
        }
        text.extend(b") ' ");
    }
    text.extend(b"ET");
    let font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";
    let objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_vec(),
        [format!("<< /Length {} >>\nstream\n", text.len()).as_bytes(), &text, b"\nendstream"].concat(),
        font.as_bytes().to_vec(),
    ];
    file(&objects)
}

fn file(objects: &[Vec<u8>]) -> Vec<u8> {
    // The second line says, in bytes that are no text, that this is no text.
    let mut file = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut table = b"0000000000 65535 f \n".to_vec();
    for (number, object) in (1..).zip(objects) {
        table.extend(format!("{:010} 00000 n \n", file.len()).as_bytes());
        file.extend(format!("{number} 0 obj\n").as_bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    let (start, count) = (file.len(), objects.len() + 1);
    file.extend(format!("xref\n0 {count}\n").as_bytes());
    file.extend(table);
    file.extend(format!("trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").as_bytes());
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(file: &[u8], part: &[u8]) -> Option<usize> {
        file.windows(part.len()).position(|window| window == part)
    }

    #[test]
    fn text_is_escaped_and_every_object_is_where_the_table_says() {
        let file = page(&["Bill (for M\u{fc}ller) \u{20ac}".to_owned(), "\\".to_owned()]);
        assert!(find(&file, b"(Bill \\(for M\xfcller\\) ?) ' ").is_some());
        assert!(find(&file, b"(\\\\) ' ").is_some());
        let xref = find(&file, b"xref\n0 6").unwrap();
        assert!(find(&file, format!("startxref\n{xref}\n").as_bytes()).is_some());
        for number in 1..=5 {
            let at = find(&file, format!("{number} 0 obj").as_bytes()).unwrap();
            assert!(find(&file, format!("{at:010} 00000 n").as_bytes()).is_some(), "object {number}");
        }
    }
}
