//! What tools become.

use quote::quote;

use super::golden;

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
        hints(closed_world),
        idempotent(within = 10m),
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
    idempotent, method,
    #[secure_tool(scope = "payments:write", owner = invoice, confirm = "Pay {invoice}?", idempotent(key = request_id, keep = 2h))]
    /// Pay an invoice.
    async fn pay_once(
        &self,
        /// Which.
        invoice: Owned<Invoice>,
        /// The key of this payment.
        #[arg(name = "requestId", max_len = 64)]
        request_id: String,
    ) {
        self.pay(invoice, request_id).await
    }
}
