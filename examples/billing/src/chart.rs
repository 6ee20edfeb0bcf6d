//! A bar chart as a PNG, without a library: grey bars on white, not compressed.

/// How wide a bar is, and what is left free before each and after the last one, in pixels.
const BAR: usize = 24;
const GAP: usize = 8;
/// How high the picture is.
const HEIGHT: usize = 96;
/// The most bars: a chart of more is no longer one that somebody can read.
const MOST: usize = 24;

const INK: u8 = 0x40;
const PAPER: u8 = 0xff;

/// A bar for each value, the first ones if they are many. What is negative has no height.
pub(crate) fn bars(values: &[i64]) -> Vec<u8> {
    let values = values.get(..MOST).unwrap_or(values);
    let heights = heights(values);
    let mut rows = Vec::new();
    for y in (0..HEIGHT).rev() {
        rows.push(0); // a row begins with its filter: none
        for height in &heights {
            rows.extend([PAPER; GAP]);
            rows.extend([if y < *height { INK } else { PAPER }; BAR]);
        }
        rows.extend([PAPER; GAP]);
    }
    png(heights.len() * (GAP + BAR) + GAP, &rows)
}

/// In pixels: the largest value is as high as the picture.
fn heights(values: &[i64]) -> Vec<usize> {
    let largest = values.iter().copied().max().unwrap_or_default().max(1);
    let height = |value: i64| i128::from(value.max(0)) * HEIGHT as i128 / i128::from(largest);
    values.iter().map(|value| usize::try_from(height(*value)).unwrap_or(HEIGHT)).collect()
}

/// Eight bits of grey a pixel.
fn png(width: usize, rows: &[u8]) -> Vec<u8> {
    let size = |pixels: usize| u32::try_from(pixels).unwrap_or_default().to_be_bytes();
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, *b"IHDR", &[&size(width)[..], &size(HEIGHT), &[8, 0, 0, 0, 0]].concat());
    chunk(&mut file, *b"IDAT", &zlib(rows));
    chunk(&mut file, *b"IEND", &[]);
    file
}

fn chunk(file: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    let checked = [&kind[..], data].concat();
    file.extend(u32::try_from(data.len()).unwrap_or_default().to_be_bytes());
    file.extend(&checked);
    file.extend(crc32(&checked).to_be_bytes());
}

/// Stored blocks: deflate's way to say that nothing was compressed.
fn zlib(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = data.chunks(usize::from(u16::MAX)).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or_default();
        out.push(u8::from(blocks.peek().is_none()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    let (a, b) = data.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65521;
        (a, (b + a) % 65521)
    });
    out.extend((b << 16 | a).to_be_bytes());
    out
}

fn crc32(data: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    };
    !data.iter().fold(u32::MAX, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_specifications() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(zlib(b"Wikipedia")[zlib(b"Wikipedia").len() - 4..], 0x11e6_0398_u32.to_be_bytes());
    }

    #[test]
    fn the_largest_value_is_as_high_as_the_picture() {
        assert_eq!(heights(&[i64::MAX, i64::MAX / 2 + 1, 0, -5, i64::MIN]), [HEIGHT, HEIGHT / 2, 0, 0, 0]);
        assert!(heights(&[]).is_empty());
    }

    #[test]
    fn a_picture_has_its_size_and_its_pixels() {
        for count in [0, 1, 30] {
            let file = bars(&vec![7; count]);
            let shown = count.min(MOST);
            let width = shown * (GAP + BAR) + GAP;
            assert!(file.starts_with(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"));
            assert_eq!(file[16..20], u32::try_from(width).unwrap().to_be_bytes());
            let ink = file.split(|byte| *byte == INK).count() - 1;
            assert!(ink.abs_diff(shown * BAR * HEIGHT) < 20, "{count} bars: {ink} dark bytes");
        }
    }
}
