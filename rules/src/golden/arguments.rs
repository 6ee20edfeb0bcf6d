//! What parameters become.

use quote::quote;

use super::golden;

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
