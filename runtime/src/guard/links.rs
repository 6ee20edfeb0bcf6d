//! The resources that links in answers may refer to: guarded resources of this server that the caller can read.

use std::sync::Arc;

use super::{identity, switch::KillSwitch};
use crate::{
    catalog::Catalog,
    identity::Principal,
    output::{Linked, Resources},
};

/// The resources of the server at the time of an answer.
pub(crate) struct Directory<R> {
    pub(crate) catalog: Arc<Catalog<R>>,
    pub(crate) kill_switch: Arc<KillSwitch>,
}

impl<R: Send + Sync> Resources for Directory<R> {
    fn at(&self, uri: &str, principal: &Principal) -> Option<Linked<'_>> {
        let (item, _) = self.catalog.at(uri)?;
        let can_read = self.kill_switch.exposes(item, principal)
            && identity::check(&item.scope, principal).is_ok()
            && item.scopes.is_satisfied_by(principal);
        Some(if can_read {
            Linked::Shown { name: item.spec.name, media_type: item.spec.media_type() }
        } else {
            Linked::Hidden
        })
    }
}
