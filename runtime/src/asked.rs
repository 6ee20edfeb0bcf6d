//! Values that the person at the client has given.

use std::{fmt, ops::Deref};

/// A value that the person at the client gives before the body runs: `#[arg(ask = "Which account shall pay?")] account: Asked<AccountKey>`.
///
/// It is not part of the tool's input schema: a model cannot send it, and a call with an argument of this name is refused. The guard asks for it
/// after the arguments of the model have been accepted and their ownership has been proven. It checks the answer against the schema of its type and
/// the bounds of `#[arg]`, and then starts again at the arguments, so that an object that the person names by a key is loaded and compared with the
/// caller as if the model had named it. There is no public constructor. See the [guide](crate::guide::asking).
///
/// It dereferences to the value, and [`into_inner`](Self::into_inner) returns it.
///
/// ```
/// # use secure_tool::prelude::*;
/// # struct Account { holder: String }
/// # impl Account { fn name(&self) -> &str { "" } }
/// # impl Resource for Account {
/// #     type Key = u32;
/// #     fn owner(&self) -> Owner { Owner::subject(self.holder.as_str()) }
/// # }
/// # struct Bank;
/// # impl Load<Account> for Bank {
/// #     async fn load(&self, _: &u32) -> Result<Option<Account>, ToolError> { Ok(None) }
/// # }
/// # impl Bank {
/// /// Pay the rent.
/// #[secure_tool(scope = "payments:write", owner = account, confirm = "Pay {months} months of rent from {account}?")]
/// async fn pay_rent(
///     &self,
///     /// How many months.
///     #[arg(min = 1, max = 12)] months: u8,
///     /// The account that pays.
///     #[arg(ask = "Which account shall pay {months} months of rent?")] account: Asked<Owned<Account>>,
///     permit: &Permit<Write>,
/// ) -> String {
///     format!("{} pays {months}", account.name())
/// }
/// # }
/// ```
pub struct Asked<T>(T);

impl<T> Asked<T> {
    /// Only the guard knows what was asked for.
    pub(crate) fn new(value: T) -> Self {
        Self(value)
    }

    /// The value.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Asked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: fmt::Debug> fmt::Debug for Asked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
