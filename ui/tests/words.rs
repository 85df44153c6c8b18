//! Every word of the window: the same texts in every language, all of them used, none missing, written with care.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test says what went wrong by failing")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

/// What a text is: its words outside of placeables, and the values it takes.
struct Text {
    words: String,
    values: BTreeSet<String>,
    /// The texts inside it.
    mentions: BTreeSet<String>,
}

type Texts = BTreeMap<String, Text>;

#[test]
fn both_languages_have_the_same_texts_with_the_same_values() {
    let (english, french) = (texts("en"), texts("fr"));
    assert_eq!(english.keys().collect::<Vec<_>>(), french.keys().collect::<Vec<_>>());
    for (name, text) in &english {
        assert_eq!(values(&english, text), values(&french, &french[name]), "{name}");
    }
}

#[test]
fn both_languages_keep_their_texts_in_the_same_files() {
    for file in files("en") {
        let name = file.file_name().unwrap();
        let of = |code| one_file(&root().join("src/i18n").join(code).join(name)).into_keys().collect::<Vec<_>>();
        assert_eq!(of("en"), of("fr"), "{}", name.to_string_lossy());
    }
}

#[test]
fn every_text_that_is_asked_for_exists() {
    let known = texts("en");
    let missing: Vec<_> = asked().into_iter().filter(|(name, _)| !known.contains_key(name)).collect();
    assert!(missing.is_empty(), "asked for, and not there: {missing:?}");
}

#[test]
fn every_text_is_used() {
    let (texts, literals) = (texts("en"), literals());
    let mentioned = |name: &String| texts.values().any(|text| text.mentions.contains(name));
    let unused: Vec<_> = texts.keys().filter(|name| !literals.contains(*name) && !mentioned(name)).collect();
    assert_eq!(unused, [""; 0], "nothing says these");
}

#[test]
fn nothing_shouts() {
    for code in ["en", "fr"] {
        for (name, text) in texts(code) {
            assert!(!text.words.contains('!'), "{code} {name}: {}", text.words);
        }
    }
}

#[test]
fn french_spaces_do_not_break() {
    for (name, Text { words, .. }) in texts("fr") {
        let signs: Vec<char> = words.chars().collect();
        for pair in signs.windows(2) {
            let wrong = match pair {
                [' ', ':' | ';' | '?' | '»' | '%'] | ['«', ' '] => true,
                // A time (14:02) has no space, a sentence has one.
                [before, ':' | ';' | '?' | '»'] => {
                    !matches!(before, '\u{a0}' | '\u{202f}') && !before.is_ascii_digit()
                }
                _ => false,
            };
            assert!(!wrong, "{name}: “{}{}” in “{words}”", pair[0], pair[1]);
        }
        assert!(!words.contains('\''), "{name}: a straight apostrophe in “{words}”");
    }
}

/// The values of a text and of those inside it.
fn values(texts: &Texts, text: &Text) -> BTreeSet<String> {
    let inside = text.mentions.iter().flat_map(|name| values(texts, &texts[name]));
    text.values.iter().cloned().chain(inside).collect()
}

fn texts(code: &str) -> Texts {
    let mut texts = Texts::new();
    for file in files(code) {
        for (name, text) in one_file(&file) {
            assert!(texts.insert(name.clone(), text).is_none(), "{name} is there twice");
        }
    }
    texts
}

fn one_file(file: &Path) -> Texts {
    let source = std::fs::read_to_string(file).unwrap();
    let parsed = fluent_syntax::parser::parse(source.as_str());
    let resource = parsed.unwrap_or_else(|(_, errors)| panic!("{}: {errors:?}", file.display()));
    let mut texts = Texts::new();
    for entry in resource.body {
        if let Entry::Message(message) = entry {
            let mut text = Text { words: String::new(), values: BTreeSet::new(), mentions: BTreeSet::new() };
            read(&message.value.unwrap(), &mut text);
            assert!(message.attributes.is_empty(), "{}: attributes are not used", message.id.name);
            assert!(texts.insert(message.id.name.to_owned(), text).is_none(), "{} is there twice", message.id.name);
        }
    }
    texts
}

fn read(pattern: &Pattern<&str>, text: &mut Text) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => text.words.push_str(value),
            PatternElement::Placeable { expression: Expression::Inline(inline) } => {
                // Something stands there: what comes before or after it is not beside each other.
                text.words.push('…');
                note(inline, text);
            }
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                note(selector, text);
                for variant in variants {
                    read(&variant.value, text);
                    text.words.push('\n');
                }
            }
        }
    }
}

fn note(inline: &InlineExpression<&str>, text: &mut Text) {
    match inline {
        InlineExpression::MessageReference { id, attribute: None } => drop(text.mentions.insert(id.name.to_owned())),
        InlineExpression::VariableReference { id } => drop(text.values.insert(id.name.to_owned())),
        InlineExpression::FunctionReference { arguments, .. } => {
            arguments.positional.iter().for_each(|argument| note(argument, text));
        }
        InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
        other => panic!("not used in our texts: {other:?}"),
    }
}

/// What the sources ask for by a literal: inside `say(..)` and `say_with(..)`, and each arm of a `match` that gives one.
fn asked() -> BTreeMap<String, String> {
    let mut asked = BTreeMap::new();
    for (path, source) in sources() {
        for call in ["say(", "say_with("] {
            for (at, _) in source.match_indices(call) {
                let names = strings(first_argument(&source[at + call.len()..]));
                asked.extend(names.into_iter().map(|name| (name, path.clone())));
            }
        }
        for (at, _) in source.match_indices("=> \"") {
            let names = strings(source[at..].lines().next().unwrap());
            let names = names.into_iter().filter(|name| name.contains('-') && is_name(name));
            asked.extend(names.map(|name| (name, path.clone())));
        }
    }
    asked
}

/// Every string literal of the sources.
fn literals() -> BTreeSet<String> {
    sources().into_iter().flat_map(|(_, source)| strings(&source)).collect()
}

fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Up to the comma or the bracket that ends it.
fn first_argument(source: &str) -> &str {
    let (mut depth, mut quoted) = (0, false);
    for (at, c) in source.char_indices() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ',' if depth == 0 => return &source[..at],
            ')' | ']' | '}' if depth == 0 => return &source[..at],
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
    }
    source
}

/// The string literals of a piece of source: names hold no escapes, so what is between two quotes is enough.
fn strings(source: &str) -> Vec<String> {
    let code = source.lines().map(|line| line.split("//").next().unwrap_or_default());
    code.flat_map(|line| line.split('"').skip(1).step_by(2)).map(str::to_owned).collect()
}

fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    walk(&root().join("src"), &mut found);
    let read = |path: PathBuf| (path.display().to_string(), std::fs::read_to_string(&path).unwrap());
    found.into_iter().filter(|path| path.extension().is_some_and(|end| end == "rs")).map(read).collect()
}

fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, found) } else { found.push(path) }
    }
}

fn files(code: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(&root().join("src/i18n").join(code), &mut found);
    found.sort();
    assert!(!found.is_empty());
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
