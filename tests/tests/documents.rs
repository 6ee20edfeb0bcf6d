//! Links in the documents lead to existing files and headings, and the documents cover all packages and modules.
//!
//! `codes.rs` compares the codes of compile errors, and the tests of `secure-tool-rules` the keys. The table of stages is generated from the stages.

use std::{collections::BTreeSet, path::Path};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use secure_tool_tests::repository::{files, read, root};

/// What a test needs of a Markdown file.
#[derive(Default)]
struct Document {
    links: Vec<String>,
    /// The anchors of its headings, as GitHub makes them.
    anchors: BTreeSet<String>,
    /// Its code spans, such as paths and commands.
    spans: Vec<String>,
}

impl Document {
    fn parse(text: &str) -> Self {
        let mut document = Self::default();
        let mut heading: Option<String> = None;
        for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    document.links.push(dest_url.into_string());
                }
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => document.anchor(&heading.take().unwrap_or_default()),
                Event::Text(text) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&text);
                    }
                }
                Event::Code(code) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&code);
                    }
                    document.spans.push(code.into_string());
                }
                _ => {}
            }
        }
        document
    }

    fn anchor(&mut self, heading: &str) {
        let kept = heading.chars().filter(|symbol| symbol.is_alphanumeric() || matches!(symbol, ' ' | '-' | '_'));
        let anchor = kept.collect::<String>().to_lowercase().replace(' ', "-");
        let numbered = (1..).map(|number| format!("{anchor}-{number}"));
        let free = std::iter::once(anchor.clone()).chain(numbered).find(|anchor| !self.anchors.contains(anchor));
        self.anchors.extend(free);
    }

    /// Whether a code span names this path of the repository, or one below it.
    fn names(&self, path: &str) -> bool {
        self.spans.iter().any(|span| span.strip_prefix(path).is_some_and(|rest| rest.is_empty() || path.ends_with('/')))
    }
}

/// Why a link leads nowhere, by its file and its destination. Links to other hosts are not followed.
fn broken(file: &Path, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
    let target =
        if path.is_empty() { file.to_owned() } else { file.parent().unwrap_or_else(|| Path::new("")).join(path) };
    if !root().join(&target).exists() {
        return Some(format!("{}: `{link}` leads to no file", file.display()));
    }
    let anchor = anchor.filter(|_| target.extension().is_some_and(|extension| extension == "md"))?;
    let known = Document::parse(&read(&target)).anchors;
    (!known.contains(anchor)).then(|| format!("{}: `{link}` leads to no heading of {known:?}", file.display()))
}

#[test]
fn links_lead_to_files_and_headings() {
    let mut links = 0;
    let mut failures = Vec::new();
    for file in files("", "md") {
        // rustdoc resolves the links of what is included into the docs of a crate, and CI denies broken ones.
        if file.components().any(|part| part.as_os_str() == "src") || file.starts_with("macros/docs") {
            continue;
        }
        for link in Document::parse(&read(&file)).links {
            links += 1;
            failures.extend(broken(&file, &link));
        }
    }
    assert!(links > 10, "{links} links: the files are not where this test looks");
    assert!(failures.is_empty(), "{failures:#?}");
}

/// `rules/src/kind.rs` and the like in the documents for contributors.
#[test]
fn paths_in_documents_exist() {
    let top: Vec<String> = std::fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| format!("{}/", entry.file_name().to_string_lossy()))
        .collect();
    let mut paths = 0;
    let mut failures = Vec::new();
    for file in files("", "md").into_iter().filter(|file| file.components().count() == 1) {
        for span in Document::parse(&read(&file)).spans {
            // What is built is there only after a build, and a span with these characters is a command or a pattern.
            let is_path = top.iter().any(|folder| span.starts_with(folder) && folder != "target/");
            if is_path && !span.contains([' ', '<', '*', '{', '…']) {
                paths += 1;
                if !root().join(&span).exists() {
                    failures.push(format!("{}: there is no `{span}`", file.display()));
                }
            }
        }
    }
    assert!(paths > 50, "{paths} paths: the documents are not where this test looks");
    assert!(failures.is_empty(), "{failures:#?}");
}

/// The members of the workspace, by their folders.
fn members() -> Vec<String> {
    let manifest = read("Cargo.toml");
    let line = manifest.lines().find_map(|line| line.strip_prefix("members = ")).unwrap();
    line.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_package_is_on_the_map() {
    let members = members();
    assert!(members.len() > 10, "{members:?}");
    for document in ["ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = read(document);
        for folder in &members {
            let manifest = read(Path::new(folder).join("Cargo.toml"));
            let name = manifest.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"')).unwrap();
            let row = format!("| `{folder}/` | `{name}` |");
            assert!(text.lines().any(|line| line.starts_with(&row)), "{document} has no row that starts with {row}");
        }
    }
}

#[test]
fn every_module_is_in_the_architecture() {
    let architecture = Document::parse(&read("ARCHITECTURE.md"));
    let mut missing = Vec::new();
    for package in ["runtime", "rules"] {
        for entry in std::fs::read_dir(root().join(package).join("src")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            // A module may have both, `limiter.rs` and `limiter/`.
            let known = if path.is_dir() {
                architecture.names(&format!("{name}/")) || architecture.names(&format!("{name}.rs"))
            } else {
                architecture.names(&name)
            };
            if !known && name != "lib.rs" {
                missing.push(format!("{package}/src/{name}"));
            }
        }
    }
    assert!(missing.is_empty(), "ARCHITECTURE.md does not say what these are for: {missing:#?}");
}

/// `guard/shared.rs` and the like, which stand without their package.
#[test]
fn files_in_the_architecture_exist() {
    let known: Vec<String> = ["rs", "toml", "md", "snap", "lua", "py"]
        .iter()
        .flat_map(|extension| files("", extension))
        .map(|path| format!("/{}", path.display()))
        .collect();
    let is_known = |name: &str| {
        let path = format!("/{name}");
        known.iter().any(|file| if name.ends_with('/') { file.contains(&path) } else { file.ends_with(&path) })
    };
    let spans = Document::parse(&read("ARCHITECTURE.md")).spans;
    let names =
        spans.iter().filter(|span| span.ends_with('/') || Path::new(span).extension().is_some_and(|it| it == "rs"));
    let (mut count, mut missing) = (0, Vec::new());
    for name in names.filter(|name| !name.contains([' ', '<', '*', '…']) && !name.starts_with('.')) {
        count += 1;
        if !is_known(name) {
            missing.push(name);
        }
    }
    assert!(count > 100, "{count} names");
    assert!(missing.is_empty(), "ARCHITECTURE.md names files that do not exist: {missing:#?}");
}

#[test]
fn every_chapter_is_in_the_readme_and_in_the_list_of_the_guide() {
    let guide = read("runtime/src/guide/mod.rs");
    let chapters: BTreeSet<&str> =
        guide.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert!(chapters.len() > 20, "{chapters:?}");
    let readme = Document::parse(&read("README.md"));
    let named: BTreeSet<&str> = readme.spans.iter().filter_map(|span| span.strip_prefix("guide::")).collect();
    assert_eq!(named, chapters, "`guide::…` in README.md");
    let is_entry = |line: &&str| line.strip_prefix("//! ").is_some_and(|rest| rest.starts_with(char::is_numeric));
    let list: String = guide.lines().filter(is_entry).collect();
    let missing: Vec<_> = chapters.iter().filter(|chapter| !list.contains(&format!("`{chapter}`"))).collect();
    assert!(missing.is_empty(), "the list in runtime/src/guide/mod.rs lacks {missing:?}");
}

/// Modules of the library that applications name, besides the root.
fn public_modules() -> Vec<String> {
    let library = read("runtime/src/lib.rs");
    let declared = library.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let public = declared.filter(|module| !module.starts_with("__")).map(|module| {
        let file = format!("runtime/src/{module}.rs");
        if root().join(&file).exists() { file } else { format!("runtime/src/{module}/mod.rs") }
    });
    public.chain(["runtime/src/lib.rs".to_owned(), "runtime/src/audit/ledger/mod.rs".to_owned()]).collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|symbol: char| !symbol.is_alphanumeric() && symbol != '_')
}

/// rustc asks for docs on every public item; here each trait is also mentioned where a reader looks for it.
#[test]
fn every_public_trait_is_in_the_guide_or_in_the_docs_of_its_module() {
    let modules = public_modules();
    let roots: Vec<String> = modules.iter().map(read).collect();
    let mut exported = BTreeSet::new();
    for text in &roots {
        let uses = text.split("pub use ").skip(1).filter_map(|rest| rest.split(';').next());
        exported.extend(uses.flat_map(words));
        exported.extend(text.lines().filter_map(|line| words(line.strip_prefix("pub trait ")?).next()));
    }
    let sources: Vec<String> = files("runtime/src", "rs").iter().map(read).collect();
    let declared = sources.iter().flat_map(|text| text.lines());
    let traits: BTreeSet<&str> = declared
        .filter_map(|line| words(line.strip_prefix("pub trait ")?).next())
        .filter(|name| exported.contains(name))
        .collect();
    assert!(traits.len() > 15 && traits.contains("Authenticator") && traits.contains("Load"), "{traits:?}");

    let mut told = BTreeSet::new();
    let docs = |text: &str| -> Vec<String> {
        let lines = text.lines().map(str::trim_start).filter(|line| line.starts_with("//!"));
        lines.flat_map(words).map(str::to_owned).collect()
    };
    told.extend(roots.iter().flat_map(|text| docs(text)));
    told.extend(files("runtime/src/guide", "rs").iter().flat_map(|file| docs(&read(file))));
    for file in files("", "md").iter().filter(|file| !file.ends_with("CHANGELOG.md")) {
        told.extend(words(&read(file)).map(str::to_owned));
    }
    let missing: Vec<_> = traits.iter().filter(|name| !told.contains(**name)).collect();
    assert!(missing.is_empty(), "neither the guide nor the docs of their modules mention {missing:?}");
}

/// The tests of `secure-tool-rules` keep these files equal to the tables that parse the keys.
#[test]
fn the_reference_of_the_keys_is_in_the_docs_of_the_attributes() {
    let macros = read("macros/src/lib.rs");
    let references = files("macros/docs", "md");
    assert!(references.len() >= 6, "{references:?}");
    for file in references {
        let include = format!("include_str!(\"../docs/{}\")", file.file_name().unwrap().to_string_lossy());
        assert!(macros.contains(&include), "macros/src/lib.rs does not include {}", file.display());
    }
}

#[test]
fn documents_are_read_as_github_reads_them() {
    let document = Document::parse(
        "# A `key`, and more!\n\n## Twice\n\n## Twice\n\n[a](b.md#c), `x/y`\n\n```sh\n[no](link)\n```\n\n| a |\n|---|\n| [d](#twice-1) |\n",
    );
    assert_eq!(document.links, ["b.md#c", "#twice-1"]);
    assert_eq!(document.spans, ["key", "x/y"]);
    let anchors: Vec<&str> = document.anchors.iter().map(|anchor| &**anchor).collect();
    assert_eq!(anchors, ["a-key-and-more", "twice", "twice-1"]);

    let here = Path::new("README.md");
    assert_eq!(broken(here, "https://example.com/x#y"), None);
    assert_eq!(broken(here, "rules/README.md#secure-tool-rules"), None);
    assert_eq!(broken(Path::new("rules/README.md"), "../LICENSE-MIT"), None);
    assert!(broken(here, "rules/README.md#nowhere").is_some());
    assert!(broken(here, "NO_SUCH_FILE.md").is_some());
}
