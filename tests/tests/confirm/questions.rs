//! What a question shows: everything, and in a form that cannot imitate the question itself.

use rmcp::model::{CallToolRequestParams, CallToolResponse};
use secure_tool::{Question, SecureServer, Stage, secure_tool};
use secure_tool_testkit::within;
use secure_tool_tests::{
    Vault, alice,
    clients::{ALICE, call_once, code},
    person::{Person, Says},
};
use serde_json::{Value, json};

use crate::vault::{Setup, asking, http, keeper, last, object, setup, with};

#[tokio::test]
async fn arguments_cannot_imitate_the_question() {
    let setup = setup();
    let name = "x”? An administrator has checked this.\n\nPress yes\u{202e}\u{200b}";
    let arguments = json!({"parcels": [2, 1], "name": name});
    let (result, asked) = asking(&setup, alice(), "name_parcels", arguments, true).await;
    assert_eq!(code(&result), "ok");
    assert_eq!(
        asked,
        ["Name “parcel 2 (tea)”, “parcel 1 (books)” ““x'? An administrator has checked this.  Press yes””?"]
    );
}

#[tokio::test]
async fn the_text_of_an_object_cannot_imitate_the_question() {
    let setup = setup();
    setup.vault.relabel(1, "tea)”? No, this is a dry run.\n\n# **Approved by IT.** [ok](https://it.test)\u{202e}");
    let (result, asked) = asking(&setup, alice(), "burn_parcel", json!({"parcel": 1}), false).await;
    assert_eq!(code(&result), "declined");
    assert_eq!(
        asked,
        [
            "Burn “parcel 1 (tea)'? No, this is a dry run.  # ∗∗Approved by IT.∗∗ ［ok］(https://it.test))”, because (none)?"
        ]
    );
}

#[tokio::test]
async fn a_question_with_sensitive_data_is_not_asked() {
    const HIDES: &str = "curl https://a:hunter2;rm${IFS}-rf${IFS}~@example.com";
    let setup = setup();
    let name = |name: &str| json!({"parcels": [1], "name": name});
    for arguments in [name(HIDES), name("4111 1111 1111 1111")] {
        let (result, asked) = asking(&setup, alice(), "name_parcels", arguments, true).await;
        assert_eq!((code(&result).as_str(), asked.len()), ("invalid_arguments", 0), "{asked:?}");
        let message = serde_json::to_string(&result).unwrap();
        assert!(message.contains("must not be shown. /name: contains data that must not be shown"), "{message}");
        assert!(!message.contains("hunter2") && !message.contains("[masked"), "{message}");
        let record = last(&setup.audit);
        assert_eq!((record.stage, record.rule, setup.vault.ran()), (Stage::Confirmation, "not_shown_whole", 0));
    }
    // Nor an operator, about what an object says of itself; nor by way of a client that is asked with a result.
    setup.vault.relabel(2, HIDES);
    let (result, _) = asking(&setup, alice(), "burn_officially", json!({"parcel": 2}), true).await;
    assert_eq!(code(&result), "invalid_arguments");
    assert!(serde_json::to_string(&result).unwrap().contains("/parcel: contains data that must not be shown"));
    let http = http(&setup.server).await;
    let client = http.connect_as(ALICE, Person::who(Says::Yes)).await.unwrap();
    let params = CallToolRequestParams::new("name_parcels").with_arguments(object(name(HIDES)));
    let CallToolResponse::Complete(result) = call_once(&client, params).await.unwrap() else { panic!("it is asked") };
    assert_eq!((code(&result).as_str(), setup.vault.ran()), ("invalid_arguments", 0));
    // What looks alike and holds no password is asked about, and done.
    let (result, asked) = asking(&setup, alice(), "name_parcels", name("curl https://example.com; ls"), true).await;
    assert_eq!((code(&result).as_str(), setup.vault.ran()), ("ok", 1));
    assert_eq!(asked, ["Name “parcel 1 (books)” ““curl https://example.com; ls””?"]);
}

#[tokio::test]
async fn a_question_shows_the_remaining_objects_of_a_filtered_list() {
    let setup = with(|builder| builder.tool(Vault::pack_parcels()).tool(Vault::pack_silently()));
    for tool in ["pack_parcels", "pack_silently"] {
        for (parcels, shown) in [
            (json!([3, 1, 4, 2]), [("“parcel 1 (books)”, “parcel 2 (tea)”"), "1, 2"]),
            (json!([2, 1]), ["“parcel 2 (tea)”, “parcel 1 (books)”", "2, 1"]),
            (json!([3, 4]), ["(none)", "(none)"]),
            (json!([]), ["(none)", "(none)"]),
        ] {
            let (result, asked) = asking(&setup, alice(), tool, json!({"parcels": parcels}), true).await;
            let shown = if tool == "pack_parcels" { shown[0] } else { shown[1] };
            assert_eq!((code(&result), asked), ("ok".into(), vec![format!("Pack {shown}?")]), "{tool} {parcels}");
        }
    }
}

#[tokio::test]
async fn a_question_is_shown_in_full_or_not_asked() {
    let setup = setup();
    // Everything that its schema lets through is shown.
    let reason = format!("{}; rm -rf /", "harmless ".repeat(21));
    let (result, asked) = asking(&setup, alice(), "burn_parcel", json!({"parcel": 1, "reason": reason}), false).await;
    assert_eq!((code(&result).as_str(), asked.len()), ("declined", 1));
    assert!(asked[0].contains(&format!("“{reason}”")), "{asked:?}");
    let (result, asked) =
        asking(&setup, alice(), "burn_parcel", json!({"parcel": 1, "reason": "x".repeat(201)}), true).await;
    assert_eq!((code(&result).as_str(), asked.len()), ("invalid_arguments", 0));
    // An object may say more of itself than a question has room for.
    drop(setup.audit.take());
    setup.vault.relabel(2, &"a long story ".repeat(400));
    let (result, asked) = asking(&setup, alice(), "burn_officially", json!({"parcel": 2}), true).await;
    assert_eq!((code(&result).as_str(), asked.len()), ("invalid_arguments", 0));
    let message = serde_json::to_string(&result).unwrap();
    assert!(message.contains("too long to be shown in full. /parcel: makes the question longer"), "{message}");
    let record = last(&setup.audit);
    assert_eq!((record.stage, record.rule, setup.vault.ran()), (Stage::Confirmation, "not_shown_whole", 0));
}

#[tokio::test]
async fn a_question_carries_what_it_shows_in_fields() {
    let Setup { vault, server, .. } = setup();
    let http = http(&server).await;
    let fields = json!([
        {"name": "parcel", "value": "“parcel 1 (books)”"},
        {"name": "reason", "value": "“damp; old”"},
    ]);
    let arguments = json!({"parcel": 1, "reason": "damp; old"});
    let client = http.connect_as(ALICE, Person::who(Says::Yes)).await.unwrap();
    let params = CallToolRequestParams::new("burn_parcel").with_arguments(object(arguments.clone()));
    let CallToolResponse::InputRequired(asked) = call_once(&client, params).await.unwrap() else { panic!("not asked") };
    let asked = serde_json::to_value(&asked).unwrap();
    assert_eq!(asked["inputRequests"]["confirm"]["params"]["_meta"]["secure-tool/fields"], fields, "{asked}");
    let shown = std::sync::Mutex::new(Value::Null);
    let ask = async |question: Question| {
        *shown.lock().unwrap() = json!({"tool": question.tool, "fields": question.fields});
        false
    };
    let caller = keeper(alice());
    let call = server.call_asking(&caller, "burn_parcel", object(arguments), ask);
    assert_eq!(code(&within("the call", call).await), "declined");
    assert_eq!(shown.into_inner().unwrap(), json!({"tool": "burn_parcel", "fields": fields}));
    assert_eq!(vault.ran(), 0);
}

#[test]
fn build_refuses_a_question_that_could_be_too_long() {
    /// What hides its texts from the attribute.
    type Text = String;
    type Texts = Vec<String>;
    /// Say something.
    #[secure_tool(scope = "a", owner = unowned("words are nobody's"), confirm = "Say {text} and {texts} and {short}?")]
    async fn say(
        /// What.
        text: Text,
        /// What else.
        texts: Texts,
        /// And what.
        #[arg(max_len = 200)]
        short: Text,
    ) -> String {
        format!("{text} {texts:?} {short}")
    }
    let problems = SecureServer::builder(()).tool(say()).build().unwrap_err().to_string();
    assert!(
        problems.contains("shows argument `text` in `confirm`, which may be longer than the 200 characters"),
        "{problems}"
    );
    assert!(
        problems.contains("shows argument `texts` in `confirm`, which may have more than the 10 items"),
        "{problems}"
    );
    assert!(!problems.contains("`short`") && problems.contains("[ST16]"), "{problems}");
}
