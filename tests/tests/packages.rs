//! Published packages describe themselves, and need no newer Rust than they declare.

use std::{path::Path, process::Command};

use secure_tool_tests::repository::{read, root};
use serde_json::Value;

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The packages of the workspace and all that they depend on, here and with every feature.
fn packages() -> Vec<Value> {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let version = output(&rustc, &["-vV"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let arguments = ["metadata", "--format-version", "1", "--locked", "--all-features", "--filter-platform", host];
    let metadata: Value = serde_json::from_str(&output(env!("CARGO"), &arguments)).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn is_member(package: &Value) -> bool {
    package["source"].is_null()
}

/// `publish = false` is an empty list of registries.
fn is_published(package: &Value) -> bool {
    is_member(package) && package["publish"].is_null()
}

/// `1.89` and `1.89.0`, compared by their numbers.
fn rust_version(text: &str) -> Vec<u32> {
    let mut numbers: Vec<u32> = text.split('.').map(|number| number.parse().unwrap()).collect();
    numbers.resize(3, 0);
    numbers
}

#[test]
fn no_dependency_needs_a_newer_rust() {
    let packages = packages();
    let declared = |package: &Value| package["rust_version"].as_str().map(rust_version);
    let own = packages.iter().find(|package| package["name"] == "secure-tool").and_then(declared).unwrap();
    let newer: Vec<_> = packages
        .iter()
        .filter(|package| declared(package).is_some_and(|needed| needed > own))
        .map(|package| format!("{} {} needs {}", package["name"], package["version"], package["rust_version"]))
        .collect();
    assert!(packages.len() > 200, "{}", packages.len());
    assert!(newer.is_empty(), "`rust-version` in Cargo.toml is {own:?}: {newer:#?}");
    assert!(rust_version("1.9") < rust_version("1.89.0") && rust_version("1.89") == rust_version("1.89.0"));
}

#[test]
fn published_packages_describe_themselves() {
    let packages = packages();
    let published: Vec<&Value> = packages.iter().filter(|package| is_published(package)).collect();
    assert!(published.len() >= 4, "{}", published.len());
    for package in published {
        let name = package["name"].as_str().unwrap();
        let folder = Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap();
        for field in ["description", "readme", "license", "rust_version"] {
            assert!(package[field].as_str().is_some_and(|text| !text.is_empty()), "{name} has no `{field}`");
        }
        assert_eq!(package["documentation"], format!("https://docs.rs/{name}"), "{name}");
        for file in ["LICENSE-MIT", "LICENSE-APACHE", package["readme"].as_str().unwrap()] {
            assert!(folder.join(file).exists(), "{name} has no {file}");
        }
        // crates.io accepts no more than five of each.
        for field in ["keywords", "categories"] {
            let count = package[field].as_array().map_or(0, Vec::len);
            assert!((1..=5).contains(&count), "{name} has {count} `{field}`");
        }
        for dependency in package["dependencies"].as_array().unwrap() {
            let local = !dependency["path"].is_null() && dependency["kind"] != "dev";
            let exact = dependency["req"].as_str().unwrap().starts_with('=');
            assert!(!local || exact, "{name} takes any version of {}, which is released with it", dependency["name"]);
        }
    }
}

/// A package without `publish = false` that the checklist does not have would be published by accident, or not at all.
#[test]
fn the_release_checklist_publishes_each_package_after_its_dependencies() {
    let packages = packages();
    let published: Vec<&Value> = packages.iter().filter(|package| is_published(package)).collect();
    let checklist = read("CONTRIBUTING.md");
    let order: Vec<&str> =
        checklist.lines().filter_map(|line| line.trim_start().strip_prefix("cargo publish --package ")).collect();
    assert_eq!(order.len(), published.len(), "{order:?}");
    for package in published {
        let place = |name: &Value| order.iter().position(|published| name == published);
        let own = place(&package["name"]);
        assert!(own.is_some(), "the release checklist in CONTRIBUTING.md does not publish {}", package["name"]);
        for dependency in package["dependencies"].as_array().unwrap() {
            let first = place(&dependency["name"]);
            let later = first.is_some() && first > own;
            assert!(!later, "{} is published before {}", package["name"], dependency["name"]);
        }
    }
}
