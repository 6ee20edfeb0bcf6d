//! Runs the demonstration, and the binary with a wrong command line.

#![expect(clippy::unwrap_used, reason = "helpers of a test fail like the test")]

mod command;

use secure_tool_testkit::within;

use command::run;

#[tokio::test]
async fn every_call_of_the_demonstration_ends_as_expected() {
    let mut printed = Vec::new();
    let played = within("the demonstration", billing::demo::run(&mut printed, false)).await;
    let printed = String::from_utf8(printed).unwrap();
    assert!(played.is_ok(), "{}\n{printed}", played.unwrap_err());
    assert!(!printed.contains('\x1b'), "colours where none were asked for");
    assert!(!printed.contains("UNEXPECTED"), "{printed}");
    assert!(!printed.contains("bank-token"), "a credential was printed");
    assert!(!printed.contains(|letter| ('\u{e0000}'..='\u{e007f}').contains(&letter)), "what was hidden is printed");
}

#[tokio::test]
async fn a_wrong_command_line_is_answered_with_the_usage() {
    for arguments in [
        &["serve"][..],
        &["stdio", "--as", "mallory"],
        &["http", "0.0.0.0:8787"],
        &["http", "127.0.0.1:0", "--operator", "alice"],
        &["policy", "extra"],
    ] {
        let output = run(arguments).await;
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert!(String::from_utf8(output.stderr).unwrap().contains("usage:"), "{arguments:?}");
    }
}

#[tokio::test]
async fn the_policies_are_printed() {
    let output = run(&["policy"]).await;
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    for said in [
        "get_invoice",
        "vat_report 1.1",
        "unowned: exchange rates",
        "public: a health check",
        "delete_invoice: the person at the client confirms: Delete {invoice} for good?",
        "purge_cancelled: an operator confirms: Delete all cancelled invoices",
        "buyer_contact: releases pii",
        "company_settings: releases iban",
        "revenue_chart: releases image",
        "invoice_pdf: releases blob",
        "pay_buyer: the person at the client gives `account`: Which account shall pay",
        "refund_invoice: a call with the same arguments within 600s gets the answer of the first one",
        "invoice: a resource at invoices://{invoice}, and lists the caller's own",
        "dunning_letter: completes invoice with values of the caller",
    ] {
        assert!(printed.contains(said), "{said}: {printed}");
    }
}
