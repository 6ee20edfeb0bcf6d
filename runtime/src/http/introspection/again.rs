//! Checks a token again, just before a tool runs.

use std::sync::Arc;

use futures_util::{FutureExt, future::BoxFuture};
use zeroize::Zeroizing;

use super::Inner;
use crate::{
    Effect,
    http::{
        Grant,
        access_token::{Outcome, Refused, Turn, digest},
    },
    identity::{Recheck, RecheckFailed},
};

/// The server that issued the token of a request.
struct Issuer {
    inner: Arc<Inner>,
    /// It is asked before the bodies of tools with this effect or a more harmful one.
    before: Effect,
    token: Zeroizing<String>,
    /// What it said when the request arrived.
    grant: Arc<Grant>,
}

impl Recheck for Issuer {
    fn is_asked_before(&self, effect: Effect) -> bool {
        effect >= self.before
    }

    fn ask(&self) -> BoxFuture<'_, Result<(), RecheckFailed>> {
        let asked = async {
            let grant = self.inner.ask_again(&self.token).await?;
            self.inner.check.accept(&grant)?;
            if grant.covers(&self.grant) { Ok(()) } else { Err(Refused::Changed) }
        };
        let refuse = |reason| {
            tracing::debug!(?reason, "an access token was valid when the request arrived and is no longer valid");
            match reason {
                Refused::Unavailable => RecheckFailed::Unavailable,
                _ => RecheckFailed::Withdrawn,
            }
        };
        asked.map(move |answer| answer.map_err(refuse)).boxed()
    }
}

impl Inner {
    pub(super) fn recheck(self: &Arc<Self>, before: Effect, token: &str, grant: Arc<Grant>) -> Arc<dyn Recheck> {
        Arc::new(Issuer { inner: Arc::clone(self), before, token: Zeroizing::new(token.to_owned()), grant })
    }

    /// Checks a token regardless of the cache.
    async fn ask_again(self: &Arc<Self>, token: &str) -> Outcome {
        let digest = digest(token);
        let answered = async {
            let earlier = match self.repeated.join(digest) {
                Turn::Lead(flight) => return self.lead(flight, token, digest).outcome().await,
                Turn::Follow(earlier) => earlier,
            };
            // This check started before this call arrived, so its result may be out of date: all that wait for it share the next check.
            match earlier.outcome().await {
                Some(Ok(_)) => {}
                refused => return refused,
            }
            let next = match self.repeated.join(digest) {
                Turn::Lead(flight) => self.lead(flight, token, digest),
                Turn::Follow(next) => next,
            };
            next.outcome().await
        };
        self.within_limit(answered).await
    }
}
