//! A simulated person at the client, who confirms deletions, enters values that a model must not choose, and sees the progress of a call.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use rmcp::{
    ClientHandler, ErrorData, RoleClient,
    model::{
        ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult, ElicitationAction, ElicitationCapability,
        Implementation, ProgressNotificationParam,
    },
    service::{NotificationContext, RequestContext},
};
use serde_json::{Value, json};

/// A person, or an empty chair. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Human {
    present: bool,
    says_yes: Arc<AtomicBool>,
    /// What goes into a form that asks for values; without any, it is closed.
    gives: Arc<Mutex<Option<Value>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
    told: Arc<Mutex<Vec<ProgressNotificationParam>>>,
}

/// A question, and what was said to it.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) question: String,
    pub(super) reply: String,
}

impl Human {
    /// Says no until told otherwise.
    pub(super) fn present() -> Self {
        let says_yes = Arc::default();
        Self { present: true, says_yes, gives: Arc::default(), asked: Arc::default(), told: Arc::default() }
    }

    /// Nobody: the client does not even say that it could ask.
    pub(super) fn absent() -> Self {
        Self { present: false, ..Self::present() }
    }

    pub(super) fn will_say(&self, yes: bool) {
        self.says_yes.store(yes, Ordering::Relaxed);
    }

    pub(super) fn will_give(&self, values: Option<Value>) {
        *lock(&self.gives) = values;
    }

    /// The questions since the last time.
    pub(super) fn take_asked(&self) -> Vec<Asked> {
        std::mem::take(&mut *lock(&self.asked))
    }

    /// How far calls were said to be since the last time.
    pub(super) fn take_told(&self) -> Vec<ProgressNotificationParam> {
        std::mem::take(&mut *lock(&self.told))
    }

    fn answer(&self, form: &Value) -> Option<Value> {
        if form.pointer("/properties/confirm").is_some() {
            self.says_yes.load(Ordering::Relaxed).then(|| json!({"confirm": true}))
        } else {
            lock(&self.gives).clone()
        }
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
        let decline = ElicitResult::new(ElicitationAction::Decline);
        let ElicitRequestParams::FormElicitationParams { message, requested_schema, .. } = request else {
            return Ok(decline);
        };
        let form = serde_json::to_value(requested_schema).unwrap_or_default();
        let answer = self.answer(&form).filter(|_| self.present);
        let reply = match &answer {
            None => "no".to_owned(),
            Some(yes) if yes.get("confirm").is_some() => "yes".to_owned(),
            Some(values) => values.to_string(),
        };
        lock(&self.asked).push(Asked { question: message, reply });
        Ok(answer.map_or(decline, |answer| ElicitResult::new(ElicitationAction::Accept).with_content(answer)))
    }

    async fn on_progress(&self, told: ProgressNotificationParam, _context: NotificationContext<RoleClient>) {
        lock(&self.told).push(told);
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
