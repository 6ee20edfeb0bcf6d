# The daily commands. `just` lists them; CONTRIBUTING.md explains them. Each is an ordinary command, so `just` itself is optional.

set shell := ["bash", "-euo", "pipefail", "-c"]

[private]
default:
    @just --list --unsorted

# Run all tests, or some: `just test -p secure-tool --lib guard`.
test *args="--workspace":
    cargo test {{ args }}

# Check the formatting and run the linters with the default features.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings

# Build the documentation of the library, with all features.
docs:
    RUSTDOCFLAGS="-D warnings" cargo doc --package secure-tool --all-features --no-deps

# Build the documentation as docs.rs does, with the features that each item needs. It takes a nightly toolchain.
docs-rs:
    RUSTDOCFLAGS="-D warnings --cfg docsrs" cargo +nightly doc --package secure-tool --package secure-tool-redis --all-features --no-deps

# Rewrite the expected compile errors (`ui-tests/fail/**/*.stderr`).
bless-ui:
    TRYBUILD=overwrite cargo test --package secure-tool-ui-tests

# Rewrite the expected expansions (`rules/src/golden/*.snap`).
bless-goldens:
    INSTA_UPDATE=always cargo test --package secure-tool-rules golden

# Rewrite the reference of the keys (`macros/docs/*.md`).
bless-reference:
    BLESS=1 cargo test --package secure-tool-rules reference

# Run the benchmarks against plain rmcp, or one of them: `just bench --bench ledger`.
bench *args:
    cargo bench --package secure-tool-benches {{ args }}

# Run the tour of the example: a guarded server, real clients, and the outcome of every call.
demo *args:
    cargo run --package billing {{ args }}

# Check licences, sources, duplicate versions and known vulnerabilities of the dependencies.
deny:
    .ci/deny

# Write the software bill of materials of the library, in CycloneDX, to `target/secure-tool.cdx.json`.
sbom:
    .ci/sbom

# Check that the library compiles with the lowest versions that its manifests accept.
minimal-versions:
    .ci/minimal-versions

# Run what CI runs.
ci:
    .ci/run
