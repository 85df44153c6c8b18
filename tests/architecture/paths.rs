//! The paths a Rust source names (`crate::wire::Frame`), outside comments, literals and test code.
//!
//! It promises to expand groups (`use std::{fs, io}`) and to leave out what stands under `#[cfg(test)]`.
//! It does not resolve names: an alias or a macro can hide a path from it. It guards against slips, not against malice.

/// What one source file names.
pub(crate) struct Named {
    /// Every path, with `::` between its segments; a glob ends in `*`.
    pub(crate) paths: Vec<String>,
    /// The modules declared for tests only, whose files are test code too.
    pub(crate) test_modules: Vec<String>,
}

/// Reads one source file.
pub(crate) fn named(source: &str) -> Named {
    let mut tokens = tokens(source);
    let test_modules = cut_tests(&mut tokens);
    let mut paths = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        at = match &tokens[at] {
            Token::Word(_) => path(&tokens, at, "", &mut paths),
            _ => at + 1,
        };
    }
    Named { paths, test_modules }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    /// `::`
    Join,
    Mark(char),
}

/// Reads the path that starts at `at` and returns where it ends.
fn path(tokens: &[Token], mut at: usize, prefix: &str, paths: &mut Vec<String>) -> usize {
    let mut whole = prefix.to_owned();
    loop {
        match tokens.get(at) {
            Some(Token::Word(word)) => whole = join(&whole, word),
            Some(Token::Mark('*')) if !whole.is_empty() => whole = join(&whole, "*"),
            Some(Token::Mark('{')) if !whole.is_empty() => return group(tokens, at + 1, &whole, paths),
            _ => break,
        }
        at += 1;
        if tokens.get(at) != Some(&Token::Join) {
            break;
        }
        at += 1;
    }
    paths.push(whole);
    at
}

/// Reads `a, b::{c, d}, *}` below `prefix`.
fn group(tokens: &[Token], mut at: usize, prefix: &str, paths: &mut Vec<String>) -> usize {
    while at < tokens.len() {
        at = match &tokens[at] {
            Token::Mark('}') => return at + 1,
            Token::Word(word) if word == "as" => at + 2,
            Token::Word(_) | Token::Mark('*') => path(tokens, at, prefix, paths),
            _ => at + 1,
        };
    }
    at
}

fn join(prefix: &str, word: &str) -> String {
    if prefix.is_empty() { word.to_owned() } else { format!("{prefix}::{word}") }
}

/// Removes every item under `#[cfg(test)]`; returns the names of the modules that live in files of their own.
fn cut_tests(tokens: &mut Vec<Token>) -> Vec<String> {
    let attribute = self::tokens("#[cfg(test)]");
    let mut modules = Vec::new();
    while let Some(start) = tokens.windows(attribute.len()).position(|window| window == attribute) {
        let mut end = start + attribute.len();
        let (mut depth, mut words) = (0_usize, Vec::new());
        while let Some(token) = tokens.get(end) {
            end += 1;
            match token {
                Token::Word(word) => words.push(word.clone()),
                Token::Mark('{' | '(' | '[') => depth += 1,
                Token::Mark(close @ ('}' | ')' | ']')) => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 && *close == '}' {
                        break;
                    }
                }
                Token::Mark(';') if depth == 0 => {
                    if let Some(module) = words.iter().skip_while(|word| *word != "mod").nth(1) {
                        modules.push(module.clone());
                    }
                    break;
                }
                _ => {}
            }
        }
        tokens.drain(start..end);
    }
    modules
}

fn tokens(source: &str) -> Vec<Token> {
    let text: Vec<char> = source.chars().collect();
    let is = |at: usize, wanted: &str| wanted.chars().enumerate().all(|(i, c)| text.get(at + i) == Some(&c));
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let here = text[at];
        if is(at, "//") {
            at = until(&text, at, '\n');
        } else if is(at, "/*") {
            at = comment_end(&text, at);
        } else if here == '"' {
            at = quoted_end(&text, at, '"');
        } else if here == '\'' && (is(at + 1, "\\") || text.get(at + 2) == Some(&'\'')) {
            at = quoted_end(&text, at, '\'');
        } else if here.is_alphanumeric() || here == '_' {
            let start = at;
            while text.get(at).is_some_and(|c| c.is_alphanumeric() || *c == '_') {
                at += 1;
            }
            let word: String = text[start..at].iter().collect();
            match raw_end(&text, at).filter(|_| ["r", "br", "cr"].contains(&word.as_str())) {
                Some(end) => at = end,
                None => found.push(Token::Word(word)),
            }
        } else if is(at, "::") {
            found.push(Token::Join);
            at += 2;
        } else {
            if !here.is_whitespace() {
                found.push(Token::Mark(here));
            }
            at += 1;
        }
    }
    found
}

fn until(text: &[char], from: usize, wanted: char) -> usize {
    (from..text.len()).find(|at| text[*at] == wanted).unwrap_or(text.len())
}

/// The end of a block comment; they nest.
fn comment_end(text: &[char], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while at < text.len() {
        match (text[at], text.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// The end of a string or character that may hold escapes.
fn quoted_end(text: &[char], from: usize, quote: char) -> usize {
    let mut at = from + 1;
    while at < text.len() && text[at] != quote {
        at += if text[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// The end of a raw string whose `#` or quote stands at `at`.
fn raw_end(text: &[char], at: usize) -> Option<usize> {
    let hashes = text.iter().skip(at).take_while(|c| **c == '#').count();
    if text.get(at + hashes) != Some(&'"') {
        return None;
    }
    let closing = |end: &usize| text[*end] == '"' && text.iter().skip(end + 1).take(hashes).all(|c| *c == '#');
    let body = at + hashes + 1;
    Some((body..text.len()).find(closing).map_or(text.len(), |end| end + 1 + hashes))
}

#[test]
fn groups_are_expanded() {
    let found = named("use std::{fs, io::{self, Read as R}, net::*}; fn f() { crate::wire::limits::CELL; }").paths;
    for wanted in ["std::fs", "std::io::self", "std::io::Read", "std::net::*", "crate::wire::limits::CELL"] {
        assert!(found.iter().any(|path| path == wanted), "{wanted} in {found:?}");
    }
}

#[test]
fn comments_and_literals_name_nothing() {
    let source = "// std::a\n/* std::b /* */ std::c */ \"std::d \\\" std::e\"; r#\"std::f \" std::g\"#; b\"std::h\"; '\"'; std::i; 'a: '\\''";
    assert_eq!(named(source).paths.iter().filter(|path| path.starts_with("std")).collect::<Vec<_>>(), ["std::i"]);
}

#[test]
fn test_code_names_nothing() {
    let found = named(
        "#[cfg(test)] mod tests { use std::fs; fn f() { [{}]; } } std::io; #[cfg(test)]\npub(crate) mod far; std::mem;",
    );
    assert_eq!(found.paths.iter().filter(|path| path.starts_with("std")).collect::<Vec<_>>(), ["std::io", "std::mem"]);
    assert_eq!(found.test_modules, ["far"]);
}
