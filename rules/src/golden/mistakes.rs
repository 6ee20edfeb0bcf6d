//! What is left of an item with mistakes, for the compiler to go on with.

use quote::quote;

use super::golden;

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
    errors_in_a_resource, method,
    #[secure_resource(uri = "invoices://{invoice}", scope = "invoices:read", owner = invoice, read_only)]
    /// An invoice.
    async fn invoice(&self, permit: &Permit<Write>, /** Which. */ invoice: Owned<Invoice>) -> Json<InvoiceView> {
        self.view(permit, invoice)
    }
}
