//! Authentication of requests.

use std::{fmt, future::Future, sync::Arc};

use http::request::Parts;

use crate::{Caller, guard};

/// Authenticates HTTP requests.
///
/// The guard trusts the result, so an implementation must return a [`Caller`] only for a credential that it has verified, and an error for everything
/// else: no credential, a wrong one, or one that it cannot check at the moment.
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
    /// Verifies the credential of a request.
    ///
    /// # Errors
    ///
    /// [`AuthError`]. The request is refused with 401, or with 503 if the credential could not be checked, which includes a timeout of ten seconds.
    fn authenticate(&self, request: &Parts) -> impl Future<Output = Result<Arc<Caller>, AuthError>> + Send;

    /// Falls back to another authenticator for requests without a credential of the kind that this one accepts.
    ///
    /// The other one is asked after [`Missing`](AuthError::Missing) and [`Unrecognized`](AuthError::Unrecognized), and never after
    /// [`Invalid`](AuthError::Invalid) or [`Unavailable`](AuthError::Unavailable): a credential that was refused, or that cannot be checked, is not
    /// tried elsewhere. Authenticators are asked in the order in which they were chained, and the first one that recognizes the credential decides.
    ///
    /// Callers of the same subject and tenant are the same person, regardless of the authenticator. Do not chain two issuers that could each have
    /// their own `alice`, unless a tenant distinguishes them.
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

    /// Attaches application data to each caller, which a body reads with [`Caller::data`]. It works with every authenticator, including API keys;
    /// call it several times to attach several types.
    ///
    /// The closure is called for each request with a valid credential, and must return at once, without waiting for anything. The data is kept only
    /// for that request, so this is the place for a handle that holds the credential itself; [the guide](crate::guide::who_is_calling) has an
    /// example. For data that depends only on the token use `JwtBuilder::data_from`; for data that has to be awaited write your own authenticator
    /// around this one.
    ///
    /// If the closure returns an error or panics, the request is refused: with 503 for [`AuthError::Unavailable`], with 401 otherwise. No other
    /// authenticator is asked then.
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

/// An authenticator whose callers carry application data; created by [`Authenticator::with_data`].
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
        // The credential was recognized, so another authenticator must not be asked, whatever fails now.
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

/// Two authenticators, one after the other; created by [`Authenticator::or`].
#[derive(Clone, Debug)]
pub struct Or<A, B> {
    first: A,
    next: B,
}

impl<A: Authenticator, B: Authenticator> Authenticator for Or<A, B> {
    async fn authenticate(&self, request: &Parts) -> Result<Arc<Caller>, AuthError> {
        match self.first.authenticate(request).await {
            // If one authenticator has seen a credential that none recognizes, the request does not count as one without a credential.
            Err(AuthError::Unrecognized) => match self.next.authenticate(request).await {
                Err(AuthError::Missing) => Err(AuthError::Unrecognized),
                decided => decided,
            },
            Err(AuthError::Missing) => self.next.authenticate(request).await,
            decided => decided,
        }
    }
}

/// Why a request could not be authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthError {
    /// It carries no credential.
    Missing,
    /// Its credential is wrong or expired.
    Invalid,
    /// Its credential is of another kind, which [another authenticator](Authenticator::or) may recognize. If none does, the request is refused like
    /// one with a wrong credential.
    Unrecognized,
    /// The credential cannot be checked, because a service that this needs is down.
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
