//! Lines from a stream, with a bound: what is longer is skipped and said so.
//!
//! It does not parse them.

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// One line of input.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Its text, without the end.
    Text(String),
    /// Over the limit, or not UTF-8; it was skipped.
    Unreadable,
}

/// The next line; `None` at the end of the input. Not cancel safe: give it a task of its own.
pub(super) async fn next(
    input: &mut (impl AsyncBufRead + Unpin),
    limit: usize,
) -> Result<Option<Line>, std::io::Error> {
    let mut line = Vec::new();
    let mut overlong = false;
    loop {
        let buffer = input.fill_buf().await?;
        if buffer.is_empty() {
            return Ok((!line.is_empty() || overlong).then(|| finish(line, overlong)));
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let part = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or_default();
        if line.len() + part.len() > limit {
            overlong = true;
            line = Vec::new();
        } else if !overlong {
            line.extend_from_slice(part);
        }
        let used = end.map_or(buffer.len(), |at| at + 1);
        input.consume(used);
        if end.is_some() {
            return Ok(Some(finish(line, overlong)));
        }
    }
}

fn finish(line: Vec<u8>, overlong: bool) -> Line {
    match String::from_utf8(line) {
        Ok(text) if !overlong => Line::Text(text),
        _ => Line::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn all(input: &[u8], limit: usize) -> Vec<Line> {
        let mut reader = tokio::io::BufReader::with_capacity(3, input);
        let mut lines = Vec::new();
        while let Some(line) = next(&mut reader, limit).await.unwrap() {
            lines.push(line);
        }
        lines
    }

    #[tokio::test]
    async fn lines_end_at_newlines_and_at_the_end() {
        assert_eq!(all(b"one\n\nthree", 10).await, ["one", "", "three"].map(|l| Line::Text(l.into())));
    }

    #[tokio::test]
    async fn a_line_at_the_limit_passes_and_one_over_it_is_skipped() {
        assert_eq!(
            all(b"12345\n123456\nok\n", 5).await,
            [Line::Text("12345".into()), Line::Unreadable, Line::Text("ok".into())]
        );
    }

    #[tokio::test]
    async fn bytes_that_are_not_text_are_told() {
        assert_eq!(all(b"\xff\nok", 5).await, [Line::Unreadable, Line::Text("ok".into())]);
    }
}
