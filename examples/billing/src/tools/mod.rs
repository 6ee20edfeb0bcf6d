//! The tools. Parameters by value come from the model; parameters by reference come from the guard.
//!
//! The signature of a tool shows what it may do to the books: [`reading`] takes no permit, [`writing`], [`paying`] and [`company`] a `&Permit<Write>`,
//! [`destroying`] a `&Permit<Destroy>`, and the data layer requires them.

mod company;
mod destroying;
mod paying;
mod reading;
mod writing;

use secure_tool::prelude::*;

/// To see the invoices of one's company.
pub(crate) const READ: &str = "invoices:read";
/// To change them.
pub(crate) const WRITE: &str = "invoices:write";
/// To delete them for good.
pub(crate) const DELETE: &str = "invoices:delete";
/// To see how a buyer is reached.
pub(crate) const CONTACT: &str = "buyers:contact";
/// To see and to change what a company has agreed with this server and with its bank.
pub(crate) const SETTINGS: &str = "company:settings";

/// To pay money back.
pub(crate) const REFUND: &str = "payments:refund";

/// To look into a case of any company: stands in for ownership, and each such call says so in the audit record.
pub(crate) const SUPPORT: &str = "support:override";

/// To approve what an operator has to, and to do so for every company.
pub(crate) const APPROVE: &str = "operations:approve";
pub(crate) const APPROVE_EVERYWHERE: &str = "operations:approve_everywhere";

/// The format of an international bank account number, which is masked in every answer except those of tools with `releases("iban")`.
pub(crate) const IBAN: &str = r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b";

/// The company that a query is bound to. A caller without a company has no invoices.
pub(crate) fn tenant(caller: &Caller) -> Result<&str, ToolError> {
    caller.tenant().ok_or_else(|| ToolError::forbidden("Only members of a company have invoices."))
}

/// Tell that the billing server is there.
#[secure_tool(scope = public("a health check that tells nothing"), owner = unowned("it looks at nobody's data"), read_only)]
pub(crate) fn status() -> &'static str {
    "The billing server is up."
}
