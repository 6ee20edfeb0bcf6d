//! Who a request is from.

use std::{fmt, future::Future, sync::Arc};

use http::request::Parts;

use crate::{Caller, guard};

/// Tells who an HTTP request is from.
///
/// The guard takes its word for it, so an implementation answers with a [`Caller`] only for a credential that it has verified, and with
/// an error for everything else: no credential, a wrong one, one it cannot check just now.
///
/// ```
/// use std::sync::Arc;
/// use secure_tool::{Caller, http::{AuthError, Authenticator}};
///
/// /// Trusts a proxy on this machine that has authenticated the user.
/// struct BehindProxy { secret: String }
///
/// impl Authenticator for BehindProxy {
///     async fn authenticate(&self, request: &http::request::Parts) -> Result<Arc<Caller>, AuthError> {
///         let header = |name| request.headers.get(name).and_then(|value| value.to_str().ok());
///         match (header("x-proxy-secret"), header("x-user")) {
///             (None, _) => Err(AuthError::Missing),
///             (Some(secret), Some(user)) if secret == self.secret => Ok(Arc::new(Caller::new(user))),
///             _ => Err(AuthError::Invalid),
///         }
///     }
/// }
/// ```
pub trait Authenticator: Send + Sync + 'static {
    /// Verifies the request's credential.
    ///
    /// # Errors
    ///
    /// [`AuthError`]; the request is refused with 401, or with 503 where nothing could be verified, as after ten seconds.
    fn authenticate(&self, request: &Parts) -> impl Future<Output = Result<Arc<Caller>, AuthError>> + Send;

    /// Asks another authenticator about requests that carry no credential of this one's kind.
    ///
    /// The other one is asked after [`Missing`](AuthError::Missing) and [`Unrecognized`](AuthError::Unrecognized), and never after
    /// [`Invalid`](AuthError::Invalid) or [`Unavailable`](AuthError::Unavailable): a credential that was refused, or that cannot be checked, is
    /// not tried elsewhere. The order is that of the calls; the first who knows the credential decides.
    ///
    /// Callers of the same subject and tenant are the same person, regardless of the authenticator. Do not chain two issuers that could each have
    /// an `alice` of their own, unless a tenant tells them apart.
    ///
    /// ```
    /// use secure_tool::{Caller, http::{ApiKeys, Authenticator}};
    ///
    /// let people = ApiKeys::new().with_key("6b1f0c93a1c54f3f8a0d3f4d1c7e9b52", Caller::new("alice"))?;
    /// let robots = ApiKeys::new().with_key("0a8be1c4d0b34f67a1e6d40b8b0f2c11", Caller::new("nightly"))?;
    /// let both = people.or(robots);
    /// # Ok::<(), secure_tool::http::WeakKey>(())
    /// ```
    fn or<B: Authenticator>(self, next: B) -> Or<Self, B>
    where
        Self: Sized,
    {
        Or { first: self, next }
    }

    /// Attaches data of the application's to each caller, which a body finds with [`Caller::data`]. It works with every authenticator, API keys
    /// included, and several of these attach several types.
    ///
    /// The closure is asked about each request whose credential is good, and answers at once, without waiting for anything. What it attaches is kept for
    /// that request alone: this is the place for a handle that holds the credential itself, which [the guide](crate::guide::who_is_calling) has an example
    /// of. What is known of a token once and for all is read with `JwtBuilder::data_from`; what has to be waited for belongs into an
    /// authenticator of your own around this one.
    ///
    /// An error refuses the request, and so does a panic: with 503 after [`AuthError::Unavailable`], with 401 otherwise. No other authenticator
    /// is asked then.
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use secure_tool::{Caller, http::{ApiKeys, AuthError, Authenticator}};
    ///
    /// #[derive(Clone, Copy)]
    /// enum Plan { Free, Pro }
    ///
    /// let plans = HashMap::from([("acme", Plan::Pro)]);
    /// let keys = ApiKeys::new().with_data(move |caller, _request| {
    ///     let tenant = caller.tenant().ok_or(AuthError::Invalid)?;
    ///     Ok(plans.get(tenant).copied().unwrap_or(Plan::Free))
    /// });
    /// ```
    fn with_data<T, F>(self, attach: F) -> WithData<Self, F>
    where
        Self: Sized,
        T: Send + Sync + 'static,
        F: Fn(&Caller, &Parts) -> Result<T, AuthError> + Send + Sync + 'static,
    {
        WithData { inner: self, attach }
    }
}

/// An authenticator whose callers carry data of the application's; made by [`Authenticator::with_data`].
#[derive(Clone)]
pub struct WithData<A, F> {
    inner: A,
    attach: F,
}

impl<A, F, T> Authenticator for WithData<A, F>
where
    A: Authenticator,
    T: Send + Sync + 'static,
    F: Fn(&Caller, &Parts) -> Result<T, AuthError> + Send + Sync + 'static,
{
    async fn authenticate(&self, request: &Parts) -> Result<Arc<Caller>, AuthError> {
        let caller = self.inner.authenticate(request).await?;
        // The credential was recognized: whatever fails now is not for another authenticator to decide.
        match guard::mask(|| (self.attach)(&caller, request)) {
            Ok(Ok(data)) => Ok(Arc::new(Caller::clone(&caller).with_data(data))),
            Ok(Err(AuthError::Unavailable)) => Err(AuthError::Unavailable),
            Ok(Err(AuthError::Missing | AuthError::Invalid | AuthError::Unrecognized)) | Err(_) => {
                tracing::debug!("no data could be attached to the caller; the request is refused");
                Err(AuthError::Invalid)
            }
        }
    }
}

impl<A: fmt::Debug, F> fmt::Debug for WithData<A, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WithData").field(&self.inner).finish()
    }
}

/// Two authenticators, one after the other; made by [`Authenticator::or`].
#[derive(Clone, Debug)]
pub struct Or<A, B> {
    first: A,
    next: B,
}

impl<A: Authenticator, B: Authenticator> Authenticator for Or<A, B> {
    async fn authenticate(&self, request: &Parts) -> Result<Arc<Caller>, AuthError> {
        match self.first.authenticate(request).await {
            // Somebody has to know what is there; a request with a credential is not one without.
            Err(AuthError::Unrecognized) => match self.next.authenticate(request).await {
                Err(AuthError::Missing) => Err(AuthError::Unrecognized),
                decided => decided,
            },
            Err(AuthError::Missing) => self.next.authenticate(request).await,
            decided => decided,
        }
    }
}

/// Why a request is from nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthError {
    /// It carries no credential.
    Missing,
    /// Its credential is wrong or expired.
    Invalid,
    /// Its credential is of another kind, which [another authenticator](Authenticator::or) may know. If none does, the request is refused as with
    /// a wrong one.
    Unrecognized,
    /// What it would be checked against is down.
    Unavailable,
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use secure_tool_testkit::within;

    use super::*;

    /// Says what it is told to, and counts how often it was asked.
    #[derive(Clone)]
    struct Says(Result<&'static str, AuthError>, Arc<AtomicUsize>);

    impl Authenticator for Says {
        async fn authenticate(&self, _: &Parts) -> Result<Arc<Caller>, AuthError> {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.map(|name| Arc::new(Caller::new(name)))
        }
    }

    fn says(answer: Result<&'static str, AuthError>) -> Says {
        Says(answer, Arc::default())
    }

    #[tokio::test]
    async fn a_caller_without_its_data_is_refused_and_nobody_else_is_asked() {
        use AuthError::{Invalid, Missing, Unavailable, Unrecognized};
        let parts = http::Request::new(()).into_parts().0;
        for (data, answer) in [
            (Ok("pro"), Ok(Some("pro"))),
            (Err(Invalid), Err(Invalid)),
            (Err(Missing), Err(Invalid)),
            (Err(Unrecognized), Err(Invalid)),
            (Err(Unavailable), Err(Unavailable)),
        ] {
            let next = says(Ok("b"));
            let chain = says(Ok("a")).with_data(move |_, _| data).or(next.clone());
            let found = within("the answer", chain.authenticate(&parts)).await;
            assert_eq!(found.map(|caller| caller.data::<&str>().copied()), answer, "{data:?}");
            assert_eq!(next.1.load(Ordering::Relaxed), 0, "{data:?}");
        }
        let panics = says(Ok("a")).with_data(|_, _| -> Result<(), AuthError> { panic!("of the test") });
        assert_eq!(within("the answer", panics.authenticate(&parts)).await.map(|_| ()), Err(Invalid));
        let unknown = says(Err(Unrecognized)).with_data(|_, _| Ok("pro")).or(says(Ok("b")));
        let found = within("the answer", unknown.authenticate(&parts)).await.unwrap();
        assert!(found.subject() == "b" && found.data::<&str>().is_none(), "whose authenticator attaches nothing");
    }

    #[tokio::test]
    async fn the_next_one_is_asked_only_about_what_the_first_does_not_know() {
        use AuthError::{Invalid, Missing, Unavailable, Unrecognized};
        for (first, next, answer, asked) in [
            (Ok("a"), Ok("b"), Ok("a"), 0),
            (Err(Missing), Ok("b"), Ok("b"), 1),
            (Err(Unrecognized), Ok("b"), Ok("b"), 1),
            (Err(Invalid), Ok("b"), Err(Invalid), 0),
            (Err(Unavailable), Ok("b"), Err(Unavailable), 0),
            (Err(Missing), Err(Missing), Err(Missing), 1),
            (Err(Missing), Err(Unrecognized), Err(Unrecognized), 1),
            (Err(Unrecognized), Err(Missing), Err(Unrecognized), 1),
            (Err(Unrecognized), Err(Unrecognized), Err(Unrecognized), 1),
            (Err(Unrecognized), Err(Invalid), Err(Invalid), 1),
            (Err(Missing), Err(Unavailable), Err(Unavailable), 1),
        ] {
            let next = says(next);
            let chain = says(first).or(next.clone());
            let parts = http::Request::new(()).into_parts().0;
            let found =
                within("the answer", chain.authenticate(&parts)).await.map(|caller| caller.subject().to_owned());
            assert_eq!(found, answer.map(str::to_owned), "{first:?}");
            assert_eq!(next.1.load(Ordering::Relaxed), asked, "{first:?}");
        }
        let three = says(Err(Missing)).or(says(Err(Unrecognized))).or(says(Ok("c")));
        let parts = http::Request::new(()).into_parts().0;
        assert_eq!(within("the answer", three.authenticate(&parts)).await.unwrap().subject(), "c");
    }
}
