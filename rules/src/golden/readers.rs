//! What resources and prompts become.

use quote::quote;

use super::golden;

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
