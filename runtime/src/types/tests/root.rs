use std::{fs, io::ErrorKind, path::Path};

use proptest::prelude::*;
use tempfile::TempDir;

use crate::{
    permit::{Destroy, Permit},
    types::{Root, SafePath},
};

const CANARY: &str = "CANARY";

/// As a call of a destructive tool is lent one.
fn permit() -> &'static Permit<Destroy> {
    Permit::lend(&())
}

fn path(text: &str) -> SafePath {
    text.parse().unwrap()
}

/// `outside/` with a canary, and beside it `root/` with files, and with symlinks to the inside and to the outside.
fn house() -> (TempDir, Root) {
    let house = tempfile::tempdir().unwrap();
    let (outside, inside) = (house.path().join("outside"), house.path().join("root"));
    fs::create_dir_all(outside.join("deep")).unwrap();
    fs::create_dir_all(inside.join("dir/sub")).unwrap();
    fs::write(outside.join("canary"), CANARY).unwrap();
    fs::write(outside.join("deep/canary"), CANARY).unwrap();
    fs::write(inside.join("file"), "inside").unwrap();
    fs::write(inside.join("dir/file"), "inside").unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink(&outside, inside.join("abs")).unwrap();
        symlink(outside.join("canary"), inside.join("absfile")).unwrap();
        symlink("../outside", inside.join("rel")).unwrap();
        symlink("../../outside/canary", inside.join("dir/relfile")).unwrap();
        symlink("..", inside.join("up")).unwrap();
        symlink("up/outside", inside.join("chain")).unwrap();
        symlink("/", inside.join("slash")).unwrap();
        symlink("loop", inside.join("loop")).unwrap();
        symlink("../outside/made", inside.join("dangling")).unwrap();
        symlink("dir/file", inside.join("good")).unwrap();
        symlink("../dir", inside.join("dir/self")).unwrap();
        symlink("/proc/self/root", inside.join("proc")).unwrap();
    }
    let root = Root::new(inside).unwrap();
    (house, root)
}

/// Everything below a directory, with what is in it.
fn snapshot(directory: &Path) -> Vec<(std::path::PathBuf, Option<Vec<u8>>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(snapshot(&path));
            found.push((path, None));
        } else {
            let bytes = fs::read(&path).unwrap();
            found.push((path, Some(bytes)));
        }
    }
    found.sort();
    found
}

#[test]
fn files_are_read_written_listed_and_removed() {
    let (_house, root) = house();
    assert_eq!(path("dir/file").read_to_string(&root, 6).unwrap(), "inside");
    assert_eq!(path("dir/file").read(&root, 5).unwrap_err().kind(), ErrorKind::FileTooLarge);
    assert_eq!(path("none").open(&root).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(path("dir").open(&root).unwrap_err().kind(), ErrorKind::InvalidInput);

    let new = path("2026/07/new.txt");
    assert_eq!(new.create(permit(), &root).unwrap_err().kind(), ErrorKind::NotFound);
    new.create_parents(permit(), &root).unwrap();
    new.write_new(permit(), &root, b"one").unwrap();
    assert_eq!(new.write_new(permit(), &root, b"two").unwrap_err().kind(), ErrorKind::AlreadyExists);
    new.overwrite(permit(), &root, b"3").unwrap();
    assert_eq!(new.read_to_string(&root, 10).unwrap(), "3");
    let metadata = new.metadata(&root).unwrap();
    assert!(metadata.is_file() && !metadata.is_dir() && metadata.len() == 1 && !metadata.is_empty());
    assert!(metadata.modified().is_some() && path("dir").metadata(&root).unwrap().is_dir());

    path("binary").write_new(permit(), &root, b"CANARY\xff").unwrap();
    let error = path("binary").read_to_string(&root, 10).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    assert!(!format!("{error:?}").contains("67"), "{error:?}");

    let sub = root.within(&path("2026/07")).unwrap();
    assert_eq!(sub.list(10).unwrap(), [path("new.txt")]);
    new.remove(permit(), &root).unwrap();
    assert!(sub.list(0).unwrap().is_empty());
    assert_eq!(root.list(2).unwrap_err().kind(), ErrorKind::FileTooLarge);
    assert!(root.within(&path("file")).is_err() && Root::new("/no/such/root").is_err());
}

#[cfg(unix)]
#[test]
fn symlinks_are_followed_within_and_refused_outwards() {
    let (house, root) = house();
    let outside = house.path().join("outside");
    let before = snapshot(&outside);
    assert_eq!(path("good").read_to_string(&root, 10).unwrap(), "inside");
    assert_eq!(path("dir/self/self/file").read_to_string(&root, 10).unwrap(), "inside");
    for out in [
        "abs/canary",
        "absfile",
        "rel/canary",
        "rel/deep/canary",
        "dir/relfile",
        "up/outside/canary",
        "chain/canary",
        "slash/etc/hostname",
        "proc/etc/hostname",
        "loop",
        "loop/x",
        "dir/self/relfile",
        "up/root/file",
    ] {
        let out = path(out);
        assert!(out.open(&root).is_err(), "{out:?}");
        assert!(out.metadata(&root).is_err(), "{out:?}");
        assert!(out.overwrite(permit(), &root, b"overwritten").is_err(), "{out:?}");
        assert!(root.within(&out).is_err(), "{out:?}");
    }
    for out in ["abs/made", "rel/made", "dangling", "chain/made", "rel/made/below"] {
        let out = path(out);
        assert!(out.create(permit(), &root).is_err() && out.overwrite(permit(), &root, b"x").is_err(), "{out:?}");
        assert!(
            path(&format!("{}/file", out.as_unchecked_relative())).create_parents(permit(), &root).is_err(),
            "{out:?}"
        );
    }
    assert!(root.within(&path("abs")).is_err());
    assert_eq!(path("abs/canary").open(&root).unwrap_err().kind(), ErrorKind::PermissionDenied);
    // A root within a root does not reach back into it.
    let sub = root.within(&path("dir")).unwrap();
    std::os::unix::fs::symlink("../file", house.path().join("root/dir/back")).unwrap();
    assert!(path("back").open(&sub).is_err() && path("dir/back").open(&root).is_ok());
    // What is removed is the symlink.
    path("absfile").remove(permit(), &root).unwrap();
    assert!(path("rel/canary").remove(permit(), &root).is_err());
    assert_eq!(snapshot(&outside), before);
}

#[cfg(unix)]
#[test]
fn a_pipe_does_not_hold_the_call() {
    let (house, root) = house();
    let pipe = house.path().join("root/pipe");
    if std::process::Command::new("mkfifo").arg(pipe).status().is_ok_and(|status| status.success()) {
        assert_eq!(path("pipe").open(&root).unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(path("pipe").overwrite(permit(), &root, b"x").unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Whatever is accepted: nothing outside is read, and nothing outside is changed.
    #[test]
    fn an_accepted_path_never_leaves_the_root(
        names in proptest::collection::vec(
            proptest::sample::select(&[
                "dir", "sub", "self", "file", "canary", "outside", "root", "deep", "made", "abs", "absfile", "rel", "relfile", "up",
                "chain", "slash", "loop", "dangling", "proc", "good", "etc", "tmp", "..", ".", "", "...", "..\\", "%2e%2e",
            ][..]),
            1..6,
        ),
        absolute: bool,
    ) {
        thread_local!(static HOUSE: (TempDir, Root) = house());
        let text = format!("{}{}", if absolute && names.len() > 4 { "/" } else { "" }, names.join("/"));
        if let Ok(path) = text.parse::<SafePath>() {
            HOUSE.with(|(house, root)| {
                let outside = house.path().join("outside");
                let before = snapshot(&outside);
                if let Ok(read) = path.read_to_string(root, 100) {
                    prop_assert!(!read.contains(CANARY));
                }
                let _ = path.create(permit(), root);
                let _ = path.create_parents(permit(), root);
                let _ = path.overwrite(permit(), root, b"inside");
                prop_assert_eq!(snapshot(&outside), before);
                let beside = fs::read_dir(house.path()).unwrap().count();
                prop_assert_eq!(beside, 2);
                Ok(())
            })?;
        }
    }
}
