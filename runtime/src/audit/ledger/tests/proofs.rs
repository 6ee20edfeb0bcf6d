//! One record without the others.

use ct_merkle::{InclusionProof, RootHash};
use sha2::Sha256;

use super::*;

#[test]
fn every_record_can_be_proved_and_others_agree() {
    let place = Place::new();
    let ledger = place.open();
    for size in 2..20 {
        record(&ledger, size);
        let head = ledger.checkpoint().unwrap();
        let lines = place.lines(0);
        for n in 0..size {
            let proof = prove(place.logs(), &place.key(), None, n).unwrap();
            assert_eq!((proof.checkpoint(), proof.record()), (&head, lines[usize::try_from(n).unwrap()].as_str()));
            let text = proof.to_string();
            assert_eq!(check(&text, &place.key()), Ok(proof.clone()));
            let theirs = InclusionProof::<Sha256>::try_from_bytes(proof.path().as_flattened().to_vec()).unwrap();
            let root = RootHash::<Sha256>::new(head.root().into(), head.size());
            root.verify_inclusion(&proof.record().as_bytes().to_vec(), n, &theirs).unwrap();
        }
        assert!(
            matches!(prove(place.logs(), &place.key(), None, size), Err(ProveError::Unsigned { signed }) if signed == size)
        );
    }
}

#[test]
fn every_changed_byte_of_a_proof_is_found() {
    let place = Place::new();
    let ledger = place.open();
    (0..9).for_each(|n| record(&ledger, n));
    ledger.checkpoint().unwrap();
    let text = prove(place.logs(), &place.key(), None, 5).unwrap().to_string();
    for at in 0..text.len() {
        for change in [1, 0x20] {
            let mut changed = text.clone().into_bytes();
            changed[at] ^= change;
            if let Ok(changed) = String::from_utf8(changed) {
                assert!(check(&changed, &place.key()).is_err(), "byte {at}");
            }
        }
    }
    let other = SigningKey::generate("example.com/audit").unwrap().verifying_key();
    assert_eq!(check(&text, &other), Err(CheckError::Checkpoint(CheckpointError::Signature)));
}

#[test]
fn a_record_can_be_proved_after_others_were_deleted() {
    let place = Place::new();
    let open = |retain| {
        let mut options = place.options().rotate(4096, NEVER);
        options.retain = retain;
        Ledger::open(place.logs(), options).unwrap()
    };
    let ledger = open(None);
    for n in 0..400 {
        record(&ledger, n);
        thread::sleep(Duration::from_micros(200));
    }
    drop(ledger);
    let size = place.verify(&[]).size;
    assert!(place.folder().segments().unwrap().len() > 3);
    (0..size).for_each(|n| assert_eq!(prove(place.logs(), &place.key(), None, n).unwrap().index(), n));
    drop(open(Some(Duration::ZERO)));
    let current = *place.folder().segments().unwrap().last().unwrap();
    assert!(matches!(prove(place.logs(), &place.key(), None, current - 1), Err(ProveError::Deleted)));
    (current..size).for_each(|n| assert_eq!(prove(place.logs(), &place.key(), None, n).unwrap().index(), n));
}

#[test]
fn there_is_no_proof_of_a_record_that_was_changed() {
    let place = Place::new();
    let ledger = place.open();
    (0..4).for_each(|n| record(&ledger, n));
    drop(ledger);
    let path = place.file(Kind::Records, 0);
    let changed = fs::read_to_string(&path).unwrap().replace("192.0.2.2", "192.0.2.9");
    fs::write(&path, changed).unwrap();
    assert!(matches!(prove(place.logs(), &place.key(), None, 3), Err(ProveError::Damaged(_))));
}
