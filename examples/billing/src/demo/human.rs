//! Whoever sits in front of a client, and is asked before something is gone.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use rmcp::{
    ClientHandler, ErrorData, RoleClient,
    model::{
        ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult, ElicitationAction, ElicitationCapability,
        Implementation,
    },
    service::RequestContext,
};
use serde_json::json;

/// A person, or an empty chair. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Human {
    present: bool,
    says_yes: Arc<AtomicBool>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Human {
    /// Says no until told otherwise.
    pub(super) fn present() -> Self {
        Self { present: true, says_yes: Arc::default(), asked: Arc::default() }
    }

    /// Nobody: the client does not even say that it could ask.
    pub(super) fn absent() -> Self {
        Self { present: false, ..Self::present() }
    }

    pub(super) fn will_say(&self, yes: bool) {
        self.says_yes.store(yes, Ordering::Relaxed);
    }

    /// The questions since the last time.
    pub(super) fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ClientHandler for Human {
    fn get_info(&self) -> ClientConfig {
        let mut capabilities = ClientCapabilities::default();
        capabilities.elicitation = self.present.then(ElicitationCapability::default);
        ClientConfig::new(capabilities, Implementation::new("billing-demo", "1"))
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        _context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        if let ElicitRequestParams::FormElicitationParams { message, .. } = request {
            self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(message);
        }
        Ok(if self.present && self.says_yes.load(Ordering::Relaxed) {
            ElicitResult::new(ElicitationAction::Accept).with_content(json!({"confirm": true}))
        } else {
            ElicitResult::new(ElicitationAction::Decline)
        })
    }
}
