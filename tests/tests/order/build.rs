//! `build()` refuses orders in which a tool could never be called, or not as intended.

use secure_tool::{ServerBuilder, prelude::*};

use crate::shop::{Invoice, InvoiceKey, Shop};

impl Shop {
    /// Begin with the end.
    #[secure_tool(scope = "shop:read", owner = unowned("there is nothing in it"), after(Self::middle, within = 10m), read_only)]
    async fn start(&self) {}

    /// Go on with the beginning.
    #[secure_tool(scope = "shop:read", owner = unowned("there is nothing in it"), after(Self::start, within = 10m), read_only, name = "go-on")]
    async fn middle(&self) {}

    /// Come after oneself.
    #[secure_tool(scope = "shop:read", owner = unowned("there is nothing in it"), after(Shop::alone, within = 10m), read_only)]
    async fn alone(&self) {}

    /// Come after the circle.
    #[secure_tool(scope = "shop:read", owner = unowned("there is nothing in it"), after(Self::start, within = 10m), read_only)]
    async fn outside(&self) {}

    /// Write something.
    #[secure_tool(scope = "shop:pay", owner = unowned("there is nothing in it"))]
    async fn write(&self) {}

    /// Read what was written.
    #[secure_tool(scope = "shop:read", owner = unowned("there is nothing in it"), after(Self::write, within = 10m), read_only)]
    async fn reread(&self) {}

    /// Only try.
    #[secure_tool(scope = "shop:read", owner = unowned("there is nothing in it"), only_in("dev"), read_only)]
    async fn rehearse(&self) {}

    /// Do it.
    #[secure_tool(scope = "shop:read", owner = unowned("there is nothing in it"), after(Self::rehearse, within = 10m), read_only)]
    async fn perform(&self) {}

    /// Do it where it was tried.
    #[secure_tool(scope = "shop:read", owner = unowned("there is nothing in it"), after(Self::rehearse, within = 10m), only_in("dev"), read_only)]
    async fn perform_there(&self) {}

    /// Take the name of another tool.
    #[secure_tool(scope = "shop:read", owner = unowned("there is nothing in it"), name = "quote", read_only)]
    async fn impostor(&self) {}

    /// Pay one invoice with another.
    #[secure_tool(scope = "shop:pay", owner = (invoice, other), after(Self::quote, within = 10m))]
    async fn pay_both(
        &self,
        /// Which.
        invoice: Owned<Invoice>,
        /// And which.
        other: InvoiceKey,
    ) -> String {
        format!("{} {}", invoice.number(), other.number())
    }

    /// Pay several.
    #[secure_tool(scope = "shop:pay", owner = invoices, after(Self::quote, within = 10m))]
    async fn pay_many(
        &self,
        /// Which.
        invoices: Vec<Owned<Invoice>>,
    ) -> String {
        invoices.len().to_string()
    }

    /// Pay one perhaps.
    #[secure_tool(scope = "shop:pay", owner = invoice, after(Self::quote, within = 10m))]
    async fn pay_perhaps(
        &self,
        /// Which.
        invoice: Option<Owned<Invoice>>,
    ) -> String {
        invoice.is_some().to_string()
    }

    /// Pay what a person says.
    #[secure_tool(scope = "shop:pay", owner = invoice, after(Self::quote, within = 10m))]
    async fn pay_asked(
        &self,
        /// Which.
        #[arg(ask = "Which invoice?")]
        invoice: Asked<InvoiceKey>,
    ) -> String {
        invoice.number().to_string()
    }

    /// Look at several.
    #[secure_tool(scope = "shop:read", owner = invoices, read_only)]
    async fn quote_many(
        &self,
        /// Which.
        invoices: Vec<InvoiceKey>,
    ) -> String {
        invoices.len().to_string()
    }

    /// Pay one of several.
    #[secure_tool(scope = "shop:pay", owner = invoice, after(Self::quote_many, within = 10m))]
    async fn pay_one_of_them(
        &self,
        /// Which.
        invoice: InvoiceKey,
    ) -> String {
        invoice.number().to_string()
    }
}

/// The problems of a server with these tools.
fn problems(add: impl FnOnce(ServerBuilder<Shop>) -> ServerBuilder<Shop>) -> Vec<String> {
    let builder = SecureServer::builder(Shop::default()).rate_cells(1 << 8);
    add(builder).build().map_or_else(|error| error.problems().to_vec(), |_| Vec::new())
}

#[track_caller]
fn refused(expected: &[&str], add: impl FnOnce(ServerBuilder<Shop>) -> ServerBuilder<Shop>) {
    let problems = problems(add);
    assert_eq!(problems.len(), expected.len(), "{problems:#?}");
    for (problem, part) in problems.iter().zip(expected) {
        assert!(problem.contains(part), "{problem}");
    }
}

#[test]
fn the_earlier_tool_must_be_registered() {
    refused(&["`pay` comes after `quote`, which is not a tool of this server [ST53]"], |builder| {
        builder.allow_writes().tool(Shop::pay())
    });
    refused(&["`pay` comes after `quote`, which is not a tool of this server [ST53]"], |builder| {
        builder.allow_writes().tool(Shop::pay()).tool(Shop::impostor())
    });
    refused(&[], |builder| builder.allow_writes().tool(Shop::pay()).tool(Shop::quote()));
    refused(&[], |builder| builder.tool(Shop::quote()).tool(Shop::pay()));
}

#[test]
fn cycles_are_refused() {
    refused(&["`alone` comes after `alone`, so none of them can ever be called [ST54]"], |builder| {
        builder.tool(Shop::alone())
    });
    refused(&["`start` comes after `go-on` comes after `start`, so none"], |builder| {
        builder.tool(Shop::outside()).tool(Shop::start()).tool(Shop::middle())
    });
    refused(&["`go-on` comes after `start` comes after `go-on`, so none"], |builder| {
        builder.tool(Shop::middle()).tool(Shop::outside()).tool(Shop::start())
    });
}

#[test]
fn the_earlier_tool_is_offered_where_the_later_one_is() {
    refused(&["`reread` comes after `write`, which this server does not offer"], |builder| {
        builder.tool(Shop::write()).tool(Shop::reread())
    });
    refused(&[], |builder| builder.allow_writes().tool(Shop::write()).tool(Shop::reread()));
    let both = |environment: &'static str| {
        move |builder: ServerBuilder<Shop>| {
            builder.environment(environment).tool(Shop::rehearse()).tool(Shop::perform()).tool(Shop::perform_there())
        }
    };
    refused(&["`perform` comes after `rehearse`, which this server does not offer"], both("production"));
    refused(&[], both("dev"));
}

#[test]
fn build_refuses_orders_with_ambiguous_objects() {
    for (later, name) in [
        (Shop::pay_both as fn() -> Tool<Shop>, "pay_both"),
        (Shop::pay_many, "pay_many"),
        (Shop::pay_perhaps, "pay_perhaps"),
        (Shop::pay_asked, "pay_asked"),
    ] {
        let expected =
            format!("`{name}` comes after `quote`, but it is ambiguous which object of `quote` must be the same");
        refused(&[&expected], |builder| builder.allow_writes().tool(Shop::quote()).tool(later()));
    }
    refused(&["`pay_one_of_them` comes after `quote_many`, but it is ambiguous which object"], |builder| {
        builder.allow_writes().tool(Shop::quote_many()).tool(Shop::pay_one_of_them())
    });
}
