//! threat-model.md stays true: each test it names exists and runs, each promise names one, and its limits are the code's.
//!
//! It does not judge whether a test proves its promise.

use std::fs;
use std::path::Path;

const LIMITS_BEGIN: &str = "<!-- limits: begin -->\n";
const LIMITS_END: &str = "<!-- limits: end -->";

#[test]
fn every_promise_names_a_test_that_runs() {
    let text = read("threat-model.md").unwrap();
    let rows = rows(&text);
    assert!(rows.len() >= 20, "only {} promises found: was the form of the tables changed?", rows.len());
    let faults: Vec<String> = rows.iter().flat_map(|row| row_faults(row, read)).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn the_limits_are_those_of_the_code() {
    let text = read("threat-model.md").unwrap();
    let (_, after) = text.split_once(LIMITS_BEGIN).unwrap();
    let (quoted, _) = after.split_once(LIMITS_END).unwrap();
    let table = limits_table(&read("src/wire/limits.rs").unwrap());
    assert!(table.lines().count() > 5, "no limits found: was the form of limits.rs changed?");
    assert!(quoted == table, "threat-model.md should quote:\n{table}");
}

#[test]
fn a_promise_without_a_running_test_is_found() {
    let source = "#[test]\nfn held() {}\n#[test]\n#[ignore]\nfn skipped() {}\nfn no_test() {}\n\
        #[tokio::test(start_paused = true)]\nasync fn awaited() {}\nproptest! {\n    /// Why.\n    #[test]\n    fn drawn(a in 0..9) {} }";
    let read = |path: &str| (path == "src/a.rs").then(|| source.to_owned());
    let document = |name: &str| format!("| Cannot | Held by |\n|---|---|\n| be read | `test: {name}` |\n");
    for sound in ["src/a.rs::held", "src/a.rs::awaited", "src/a.rs::drawn"] {
        let text = document(sound);
        assert_eq!(rows(&text).iter().flat_map(|row| row_faults(row, read)).collect::<Vec<_>>(), [""; 0]);
    }
    for faulty in ["src/b.rs::held", "src/a.rs::hel", "src/a.rs::skipped", "src/a.rs::no_test", "src/a.rs"] {
        let text = document(faulty);
        assert_eq!(rows(&text).iter().flat_map(|row| row_faults(row, read)).count(), 1, "{faulty}");
    }
    assert_eq!(row_faults("| be read | our word |", read).len(), 1);
    assert!(rows("| One | Two |\n|---|---|\n| three | four |\n").is_empty());
}

#[test]
fn limits_are_quoted_with_value_and_reason() {
    let source = "/// One cell: see [`FOUR`],\n/// really.\npub const CELL: usize = 4 * 122;\n\n// Part.\n\n/// Long.\n\
        pub const WAIT: Duration = Duration::from_secs(15 * 60);\n";
    let table = "| Limit | Value | Meaning |\n|---|---|---|\n| `CELL` | `4 * 122` | One cell: see `FOUR`, really. |\n\
        | `WAIT` | `15 * 60` s | Long. |\n";
    assert_eq!(limits_table(source), table);
}

/// The rows of every table whose last column is "Held by".
fn rows(text: &str) -> Vec<&str> {
    let (mut rows, mut inside) = (Vec::new(), false);
    for line in text.lines() {
        if !line.starts_with('|') {
            inside = false;
        } else if line.ends_with("| Held by |") {
            inside = true;
        } else if inside && !line.starts_with("|---") {
            rows.push(line);
        }
    }
    rows
}

/// What is wrong with one row; `read` gives the text of a file, if there is one.
fn row_faults(row: &str, read: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let tests: Vec<&str> = row.split("`test: ").skip(1).filter_map(|rest| rest.split('`').next()).collect();
    if tests.is_empty() {
        return vec![format!("no test holds this: {row}")];
    }
    let fault = |test: &&str| {
        let (path, name) = test.split_once("::").unwrap_or((test, ""));
        match read(path) {
            None => Some(format!("{test}: no such file")),
            Some(source) if !runs(&source, name) => Some(format!("{test}: no such test, or one that does not run")),
            Some(_) => None,
        }
    };
    tests.iter().filter_map(fault).collect()
}

/// Whether `source` has a test of this name that is not ignored.
fn runs(source: &str, name: &str) -> bool {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let head = format!("fn {name}(");
    lines.iter().enumerate().filter(|(_, line)| line.strip_prefix("async ").unwrap_or(line).starts_with(&head)).any(
        |(at, _)| {
            let above: Vec<&&str> = lines
                .iter()
                .take(at)
                .rev()
                .take_while(|line| line.starts_with("#[") || line.starts_with("//"))
                .collect();
            let test = above.iter().any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test"));
            test && !above.iter().any(|line| line.starts_with("#[ignore"))
        },
    )
}

/// The constants of limits.rs as the table that threat-model.md quotes.
fn limits_table(source: &str) -> String {
    let mut table = "| Limit | Value | Meaning |\n|---|---|---|\n".to_owned();
    let mut meaning = Vec::new();
    for line in source.lines() {
        if let Some(words) = line.strip_prefix("/// ") {
            meaning.push(words.replace("[`", "`").replace("`]", "`"));
        } else if let Some((name, value)) = constant(line) {
            let value = match value.strip_prefix("Duration::from_secs(").and_then(|rest| rest.strip_suffix(')')) {
                Some(seconds) => format!("`{seconds}` s"),
                None => format!("`{value}`"),
            };
            table += &format!("| `{name}` | {value} | {} |\n", meaning.join(" "));
            meaning.clear();
        } else {
            assert!(!line.starts_with("pub const"), "a limit stands on one line: {line}");
            meaning.clear();
        }
    }
    table
}

/// The name and the value of `pub const NAME: Type = value;`.
fn constant(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.strip_prefix("pub const ")?.split_once(": ")?;
    Some((name, rest.split_once(" = ")?.1.strip_suffix(';')?))
}

fn read(path: &str) -> Option<String> {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).ok()
}
