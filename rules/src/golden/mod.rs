//! Golden expansions: what each form of a tool becomes, formatted, to be reviewed like code.
//!
//! `cargo insta review` (or `INSTA_UPDATE=always cargo test`) accepts a change; the snapshots lie beside this file.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::quote;

use crate::kind::Kind;
use crate::pipeline::run;

fn formatted(items: TokenStream) -> String {
    match syn::parse2::<syn::File>(items.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        Err(error) => format!("{error}\n{items}"),
    }
}

fn function(kind: Kind, attribute: TokenStream, item: TokenStream) -> String {
    formatted(run(kind, attribute, &item))
}

fn method(kind: Kind, attribute: TokenStream, item: TokenStream) -> String {
    let items = run(kind, attribute, &item);
    formatted(quote!(impl Billing { #items }))
}

fn kind(attribute: &str) -> Kind {
    let kind = Kind::ALL.iter().copied().find(|kind| kind.grammar().attribute == attribute);
    kind.unwrap_or_else(|| panic!("{attribute} makes nothing"))
}

/// Generated code names what it calls by path: what method syntax finds depends on the traits in scope, and those are not ours.
fn assert_no_method_syntax(kind: Kind, attribute: TokenStream, item: TokenStream) {
    let own = method_calls(item.clone());
    let generated = method_calls(run(kind, attribute, &item));
    let unlikely = generated.iter().filter(|name| !own.contains(name) && *name != "__secure_tool_shown");
    assert_eq!(unlikely.collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn derives_use_no_method_syntax() {
    let fields = quote! {
        struct Search {
            /// A word.
            #[arg(min_len = MIN, pattern = PATTERN, not_credential("a symbol"), default = word())]
            token: String,
            #[arg(flatten)]
            page: Page,
        }
    };
    let view = quote! {
        struct View {
            #[owner(tenant)]
            tenant: String,
            #[owner(subject)]
            subject: String,
            #[owner]
            given: Owner,
            #[owners]
            lines: Vec<Line>,
            total: u32,
        }
    };
    let failure = quote! {
        enum Failure {
            #[failure(not_found)]
            A,
            #[failure(conflict)]
            B,
            #[failure(invalid("{0} of {1}"))]
            C(u32, u32),
            #[failure(forbidden("{a}"))]
            D { a: u32, b: u32 },
            #[failure(unavailable(a))]
            E { a: Duration },
            #[failure(unavailable(30s))]
            F,
            G(Error),
        }
    };
    for expansion in
        [crate::derive_arguments(&fields), crate::derive_has_owners(&view), crate::derive_tool_failure(&failure)]
    {
        let likely = method_calls(expansion).into_iter().filter(|name| name != "__secure_tool_masked");
        assert_eq!(likely.collect::<Vec<_>>(), Vec::<String>::new());
    }
}

/// The names between a dot and an opening parenthesis or a turbofish.
fn method_calls(tokens: TokenStream) -> Vec<String> {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let is_punct = |tree: &TokenTree, of| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == of);
    let mut found = Vec::new();
    for tree in &trees {
        if let TokenTree::Group(group) = tree {
            found.extend(method_calls(group.stream()));
        }
    }
    for three in trees.windows(3) {
        if let [dot, TokenTree::Ident(name), next] = three
            && is_punct(dot, '.')
            && (is_punct(next, ':')
                || matches!(next, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis))
        {
            found.push(name.to_string());
        }
    }
    found
}

macro_rules! golden {
    ($name:ident, $home:ident, #[$kind:ident($($attribute:tt)*)] $($item:tt)*) => {
        #[test]
        fn $name() {
            let kind = kind(stringify!($kind));
            assert_no_method_syntax(kind, quote!($($attribute)*), quote!($($item)*));
            let expansion = $home(kind, quote!($($attribute)*), quote!($($item)*));
            insta::with_settings!({ snapshot_path => ".", prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(stringify!($name), expansion);
            });
        }
    };
}

golden! {
    a_method, method,
    #[secure_tool(scope = "invoices:read", owner = caller, rate = 30/minute, read_only, timeout = 2s)]
    /// Search the caller's own invoices by status.
    ///
    /// Newest first.
    #[cfg(feature = "search")]
    #[tracing::instrument(skip_all)]
    pub async fn search_invoices(
        &self,
        /// Not sent by the model.
        caller: &Caller,
        call: &Call,
        progress: &Progress,
        /// Which invoices.
        status: Status,
        /// How many at most.
        #[arg(min = 1, max = 50, default = 20)]
        mut limit: u32,
    ) -> Result<Json<Vec<InvoiceView>>, ToolError> {
        limit += 1;
        self.search(caller, status, limit).await
    }
}

golden! {
    a_sync_free_function, function,
    #[secure_tool(scope = public("the price list is public"), owner = unowned("prices belong to nobody"), read_only)]
    /// Look up a price.
    pub(crate) fn price(
        prices: &Prices,
        /// Which article.
        article: Article,
    ) -> Json<Price> {
        prices.of(article)
    }
}

golden! {
    a_function_without_state, function,
    #[secure_tool(scope = "clock:read", owner = invoice)]
    /// Anything.
    async fn now(
        /// Which.
        invoice: Owned<Invoice>,
    ) {
        invoice.show()
    }
}

golden! {
    an_associated_function, method,
    #[secure_tool(scope = Self::SCOPE, owner = document)]
    /// Read a document.
    fn read(
        archive: &Archive,
        /// Which.
        document: DocumentKey,
    ) -> Result<Json<String>, ToolError> {
        Self::read_from(archive, document)
    }
}

golden! {
    owner_owned, method,
    #[secure_tool(scope = "invoices:read", owner = invoice, read_only)]
    /// Fetch one invoice of the caller.
    async fn get_invoice(
        &self,
        /// The invoice's number, such as `inv_0042`.
        #[arg(example = "inv_0042")]
        invoice: Owned<Invoice>,
    ) -> Result<Json<InvoiceView>, ToolError> {
        Ok(Json(invoice.view()))
    }
}

golden! {
    owner_option, method,
    #[secure_tool(scope = "invoices:read", owner = invoice)]
    /// Touch one invoice, or none.
    async fn touch(
        &self,
        /// Which.
        invoice: Option<Owned<Invoice>>,
    ) -> Result<(), ToolError> {
        touch(invoice)
    }
}

golden! {
    owner_many, method,
    #[secure_tool(scope = "invoices:read", owner = invoices)]
    /// Touch some invoices.
    async fn touch_all(
        &self,
        /// Which.
        #[arg(min_items = 1, max_items = 20, example = vec![InvoiceKey::FIRST])]
        invoices: Vec<Owned<Invoice>>,
    ) -> Result<(), ToolError> {
        touch(invoices)
    }
}

golden! {
    owner_key, method,
    #[secure_tool(scope = "invoices:read", owner = invoice)]
    /// Send a reminder.
    async fn remind(
        &self,
        /// Which.
        #[arg(pattern = "^inv_[0-9]{4}$")]
        invoice: InvoiceKey,
        /// How often.
        times: u8,
    ) -> Result<(), ToolError> {
        self.remind_all(&invoice, times).await
    }
}

golden! {
    owner_tuple, method,
    #[secure_tool(scope = "invoices:write", owner = (caller, invoice, folder))]
    /// Move an invoice.
    async fn move_invoice(
        &self,
        /// How.
        mode: Mode,
        /// Which.
        invoice: Owned<Invoice>,
        caller: &Caller,
        /// Where to.
        #[arg(name = "target-folder")]
        folder: FolderKey,
    ) -> Result<(), ToolError> {
        self.shift(mode, invoice, caller, folder).await
    }
}

golden! {
    every_key_of_arg, method,
    #[secure_tool(scope = "a", owner = unowned("samples are nobody's"))]
    /// Take everything.
    async fn everything(
        &self,
        /// Text.
        #[arg(name = "code-name", pattern = "^[a-z\"]+$", min_len = 2, max_len = 9, default = "ab\"c", example = "xyz")]
        #[arg(audit = full)]
        text: String,
        /// Number.
        #[arg(min = -5, max = 1_000, default = -1, audit = none)]
        number: i64,
        /// Fraction.
        #[arg(min = 0, max = 0.5, example = 0.25)]
        fraction: f64,
        /// Choice.
        #[arg(one_of = ["draft", "sent"])]
        choice: Option<String>,
        /// Digits.
        #[arg(one_of = [1, 2, 3], default = [], example = [1, 2])]
        digits: Vec<u8>,
        /// Rows.
        #[arg(example = [[0.5, -1], []])]
        rows: Vec<Vec<f64>>,
        /// List.
        #[arg(min_items = 1, max_items = 3, format = "uuid", unbounded("each is a uuid and short"))]
        #[arg(example = ["67e55044-10b1-426f-9247-bb680e5fe0c8"])]
        list: Vec<String>,
        /// Mode.
        #[arg(default, example = Mode::Fast)]
        mode: Mode,
        /// Moment.
        #[arg(default = Moment::now())]
        moment: Moment,
        /// Password.
        password: Secret<String>,
        /// Note.
        #[arg(secret, audit = shape)]
        note: Option<String>,
        /// Path.
        #[arg(raw("opened below a jail only"))]
        path: String,
        /// User.
        #[arg(not_identity("looked up in a public list"))]
        username: String,
        /// Coin.
        #[arg(not_credential("the symbol of a coin"))]
        token: String,
    ) {
    }
}

golden! {
    every_key_of_the_tool, method,
    #[secure_tool(
        scope = all("invoices:read", scopes::LIST),
        owner = caller,
        rate = [rate(60/minute, burst = 10, per = tenant), 5/second, LOOKUPS],
        quota(500/day, per = client),
        cost = 2,
        timeout = 90s,
        max_output = 64KiB,
        concurrency(8, per_caller = 2),
        releases(card, "employee_id", pii, crate::Salary),
        audit_output = masked,
        only_in("staging", "dev"),
        name = "billing.list",
        title = "List invoices",
        version = "1.2",
        after(Self::quote, within = 10m),
        breaker(failures = 5, cooldown = 30s),
        deprecated = "use `search` | really",
        hints(idempotent, closed_world),
        icon = "https://example.com/list.png",
        meta("com.example/team" = "billing", "com.example/tier" = 2),
        crate = ::renamed::tools,
    )]
    /// List the caller's invoices.
    #[deprecated]
    async fn list(&self, caller: &Caller) -> Result<Answer<Json<Vec<InvoiceView>>>, ToolError> {
        self.of(caller).await
    }
}

golden! {
    asked, method,
    #[secure_tool(scope = "payments:write", owner = (invoice, account, reserve), confirm = "Pay {invoice} from {account}, as {{{note}}}?")]
    /// Pay an invoice.
    async fn pay_invoice(
        &self,
        /// Which.
        invoice: Owned<Invoice>,
        /// The account that pays.
        #[arg(ask = "Which account shall pay {invoice}?")]
        account: Asked<Owned<Account>>,
        /// Another one.
        #[arg(name = "other", ask = "And if that has not enough?")]
        reserve: Asked<Option<AccountKey>>,
        /// For the statement.
        #[arg(ask = "What shall the statement say?", max_len = 30, default = "rent")]
        note: Asked<String>,
        permit: &Permit<Write>,
    ) {
        self.pay(invoice, account, reserve, note, permit).await
    }
}

golden! {
    confirmed, method,
    #[secure_tool(
        scope = "invoices:delete", owner = (caller, invoice, others), destructive,
        confirm = "Delete {invoice} and {others} as {{{reason}}}?",
    )]
    /// Delete invoices.
    async fn delete_invoice(
        &self,
        permit: &Permit<Destroy>,
        caller: &Caller,
        /// Why.
        #[arg(max_len = 200)]
        reason: Option<String>,
        /// Which.
        invoice: Owned<Invoice>,
        /// Which else.
        #[arg(max_items = 10)]
        others: Vec<Owned<Invoice>>,
    ) -> Result<(), ToolError> {
        self.delete(permit, caller, invoice, others, reason).await
    }
}

golden! {
    confirmed_by_an_operator, function,
    #[secure_tool(scope = "a", owner = unowned("the cache is nobody's"), destructive, confirm = operator("Empty the cache?"))]
    /// Empty the cache.
    fn purge_cache(permit: &Permit<Write>, cache: &Cache) {
        cache.empty(permit)
    }
}

golden! {
    confirmed_by_nobody, method,
    #[secure_tool(scope = "a", owner = unowned("the cache is nobody's"), destructive, confirm = never("it fills again by itself"))]
    /// Empty the cache.
    async fn purge_cache(&self) {
        self.empty()
    }
}

golden! {
    read_only_for_a_reason, method,
    #[secure_tool(scope = "pictures:read", owner = caller, read_only("it answers with a copy"))]
    /// Remove the background of a picture.
    async fn remove_background(
        &self,
        caller: &Caller,
        /// How.
        #[arg(not_object("styles are the same for everybody"))]
        style_id: u32,
    ) {
        self.of(caller, style_id).await
    }
}

golden! {
    scope_any, method,
    #[secure_tool(scope = any("invoices:read", Self::ADMIN), owner = caller, rate = 5/hour)]
    /// List.
    async fn list(&self, caller: &Caller) {
        self.of(caller).await
    }
}

golden! {
    scope_constant, method,
    #[secure_tool(scope = scopes::INVOICES_READ, owner = caller)]
    /// List.
    fn list(&self, caller: &Caller) {
        self.of(caller)
    }
}

golden! {
    flattened, method,
    #[secure_tool(scope = "a", owner = (caller, invoice), confirm = "Send {invoice} and {text}?")]
    /// Send an invoice.
    async fn send(
        &self,
        caller: &Caller,
        #[arg(flatten)] letter: Letter,
        /// Which.
        invoice: Owned<Invoice>,
        #[arg(flatten)] options: Self::Options,
    ) {
        self.post(caller, letter, invoice, options).await
    }
}

#[test]
fn derived_arguments() {
    let input = quote! {
        #[serde(rename_all = "camelCase")]
        struct Letter {
            /// What it says.
            #[arg(min_len = 2, example = "Dear")]
            full_text: String,
            /// Until when.
            until: Option<Date>,
            /// The number of the safe.
            #[arg(secret, name = "safe")]
            safe_number: Safe,
            #[serde(default = "Room::first")]
            /// Where.
            room: Room,
            #[arg(flatten)]
            page: Page,
        }
    };
    let expansion = formatted(crate::derive_arguments(&input));
    insta::with_settings!({ snapshot_path => ".", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("derived_arguments", expansion);
    });
}

golden! {
    errors_in_a_method, method,
    #[secure_tool(scoep = "a", owner = invoice, timeout = 5)]
    /// List.
    #[cfg(feature = "list")]
    pub fn list<'a, T: Clone>(&'a mut self, #[arg(min = 2, max = 1)] limit: T, /** Which. */ #[cfg(unix)] (a, b): (u32, u32)) -> &'a T {
        self.of(limit)
    }
}

golden! {
    errors_in_a_function, function,
    #[secure_tool()]
    async fn list(state: &State, sql: String) -> Result<(), ToolError> {
        state.query(sql).await
    }
}

golden! {
    errors_on_a_struct, function,
    #[secure_tool(scope = "a", owner = a, foo)]
    struct Tool;
}

golden! {
    every_key_of_a_resource, method,
    #[secure_resource(
        uri = "invoices://{year}/{invoice}",
        scope = all("invoices:read", scopes::LIST),
        owner = (caller, of),
        rate(60/minute, burst = 10, per = resource),
        timeout = 90s,
        max_output = 1MiB,
        concurrency(8, per_caller = 2),
        releases(card, pii),
        audit_output = digest,
        mime = "application/pdf",
        list = Self::my_invoices,
        only_in("staging"),
        name = "invoice.pdf",
        title = "An invoice",
        version = "1.2",
        breaker(failures = 5, cooldown = 30s),
        deprecated = "read `bills://` instead",
        icon = "https://example.com/invoice.png",
        meta("com.example/team" = "billing"),
        crate = ::renamed::tools,
    )]
    /// One invoice, as it was printed.
    pub async fn invoice(
        &self,
        caller: &Caller,
        permit: &Permit<Read>,
        /// The year.
        #[arg(min = 2000, max = 2100, audit = full)]
        year: u16,
        /// The invoice's number.
        #[arg(name = "invoice", complete = Self::my_invoice_ids)]
        of: Owned<Invoice>,
    ) -> Result<Mine<Blob>, ToolError> {
        self.print(caller, permit, year, of).await
    }
}

golden! {
    a_fixed_resource, function,
    #[secure_resource(uri = "prices://list", scope = public("the price list is public"), owner = unowned("prices belong to nobody"))]
    /// The prices.
    fn prices(prices: &Prices) -> Json<PriceList> {
        prices.all()
    }
}

golden! {
    resource_of_the_caller, function,
    #[secure_resource(uri = "profiles://mine", scope = "profiles:read", owner = caller)]
    /// The caller's own profile.
    async fn profile(desk: &Desk, caller: &Caller) -> Mine<Profile> {
        desk.profile(caller).await
    }
}

golden! {
    every_key_of_a_prompt, method,
    #[secure_prompt(
        scope = any("invoices:read", Self::ADMIN),
        owner = (caller, invoice),
        rate(60/minute, burst = 10, per = prompt),
        timeout = 90s,
        max_output = 64KiB,
        concurrency = 8,
        releases(card, image),
        audit_output = shape,
        only_in("staging"),
        name = "letter",
        title = "A letter",
        version = "1.2",
        breaker(failures = 5, cooldown = 30s),
        deprecated = "use `mail`",
        icon = "https://example.com/letter.png",
        meta("com.example/team" = "billing"),
        crate = ::renamed::tools,
    )]
    /// Write a letter about an invoice that is not paid.
    async fn dunning_letter(
        &self,
        caller: &Caller,
        /// The invoice's number.
        #[arg(complete = <Self as Completes>::invoices)]
        invoice: Owned<Invoice>,
        /// How the letter sounds.
        #[arg(one_of = ["friendly", "firm"], default = "friendly")]
        tone: String,
        /// Whom to copy.
        #[arg(format = "email", complete = colleagues, audit = none)]
        copy: Option<String>,
        #[arg(flatten)] style: Style,
    ) -> Result<Mine<Prompt>, ToolError> {
        self.letter(caller, invoice, tone, copy, style).await
    }
}

golden! {
    a_prompt_of_a_function, function,
    #[secure_prompt(scope = "notes:read", owner = caller("it holds no rows"))]
    /// Greet.
    fn greet(caller: &Caller) -> Prompt {
        Prompt::new().user(caller.subject())
    }
}

golden! {
    errors_in_a_resource, method,
    #[secure_resource(uri = "invoices://{invoice}", scope = "invoices:read", owner = invoice, read_only)]
    /// An invoice.
    async fn invoice(&self, permit: &Permit<Write>, /** Which. */ invoice: Owned<Invoice>) -> Json<InvoiceView> {
        self.view(permit, invoice)
    }
}
