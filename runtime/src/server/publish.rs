//! From compiled items to what a server offers: to the guard, to clients, and to whoever reads its policy.

use rmcp::model::{Implementation, ServerCapabilities, ServerConfig};

use super::{About, options::Options, tools::Tools};
use crate::{
    catalog::{Catalog, Compiled, Kind},
    limiter::Clock,
    manifest::{PolicyManifest, ToolPolicy},
};

/// The items of a server in the making. `R` is what runs one.
pub(super) struct Offer<R> {
    writes: bool,
    catalog: Catalog<R>,
    tools: Tools,
    policies: Vec<ToolPolicy>,
    has_quota: bool,
}

impl<R> Offer<R> {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            writes: options.writes,
            catalog: Catalog::new(),
            tools: Tools::default(),
            policies: Vec::new(),
            has_quota: false,
        }
    }

    /// Whether any item is counted until midnight.
    pub(super) fn has_quota(&self) -> bool {
        self.has_quota
    }

    /// Adds an item.
    ///
    /// # Errors
    ///
    /// Why it cannot be offered, as a sentence.
    pub(super) fn add(&mut self, Compiled { item, input, output }: Compiled<R>) -> Result<(), String> {
        let name = item.spec.name;
        self.has_quota |= item.rates.iter().any(|limit| limit.clock == Clock::Daily);
        match item.kind {
            Kind::Tool => {
                self.tools
                    .publish(&item.spec, &item.scopes, &input, output.as_ref())
                    .map_err(|problem| format!("`{name}` {problem}"))?;
                let exposed = item.is_offered(self.writes);
                self.policies.push(ToolPolicy::of(&item, exposed, &input, output.as_ref()));
                self.catalog
                    .insert(item)
                    .map_err(|_taken| format!("two tools are called `{name}`: give one of them a `name = \"…\"`"))
            }
        }
    }

    /// The items, and what the server says of itself and of them.
    pub(super) fn publish(
        self,
        options: Options,
        #[cfg(feature = "http")] keys: crate::KeyRing,
    ) -> (Catalog<R>, About) {
        let message_limits = options.message_limits();
        let mut info = ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new(options.name.clone(), options.version));
        info.instructions = options.instructions;
        let mut policies = self.policies;
        policies.sort_unstable_by_key(|policy| policy.name);
        let manifest = PolicyManifest {
            version: 1,
            server: options.name,
            environment: options.environment,
            override_scope: options.override_scope,
            scope_implies: options.hierarchy.declared(),
            budgets: options.budgets,
            tools: policies,
        };
        let about = About {
            info,
            manifest,
            tools: self.tools,
            message_limits,
            #[cfg(feature = "http")]
            keys,
        };
        (self.catalog, about)
    }
}
