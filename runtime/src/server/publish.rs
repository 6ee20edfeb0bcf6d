//! Publishes compiled items: to the guard, to clients, and in the policy manifest.

use rmcp::model::{
    Implementation, JsonObject, PromptsCapability, ResourcesCapability, ServerCapabilities, ServerConfig,
};

use super::{About, options::Options, prompts::Prompts, resources::Resources, tools::Tools};
use crate::{
    catalog::{Catalog, Compiled, Kind, Taken},
    limiter::Clock,
    manifest::{PolicyManifest, PromptPolicy, ResourcePolicy, ToolPolicy},
};

/// The items of a server that is being built. `R` is what runs one.
pub(super) struct Offer<R> {
    writes: bool,
    catalog: Catalog<R>,
    tools: Tools,
    resources: Resources,
    prompts: Prompts,
    offers: Offers,
    policies: Vec<ToolPolicy>,
    resource_policies: Vec<ResourcePolicy>,
    prompt_policies: Vec<PromptPolicy>,
    has_quota: bool,
    /// Names of tools that are not offered because they may write.
    withheld: Vec<&'static str>,
}

/// What the server offers in its environment, apart from tools.
#[derive(Default)]
struct Offers {
    resources: bool,
    prompts: bool,
    /// Arguments with completions.
    completions: bool,
}

impl<R> Offer<R> {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            writes: options.writes,
            catalog: Catalog::new(),
            tools: Tools::default(),
            resources: Resources::default(),
            prompts: Prompts::default(),
            offers: Offers::default(),
            policies: Vec::new(),
            resource_policies: Vec::new(),
            prompt_policies: Vec::new(),
            has_quota: false,
            withheld: Vec::new(),
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
        let (kind, name) = (item.kind, item.spec.name);
        let exposed = item.is_offered(self.writes);
        if !exposed && item.is_offered(true) {
            self.withheld.push(name);
        }
        let of_item = |problem| format!("`{name}` {problem}");
        self.offers.completions |= exposed && item.completions.as_ref().is_some_and(|completions| completions.offers);
        self.has_quota |= item.rates.iter().any(|limit| limit.clock == Clock::Daily);
        match kind {
            Kind::Tool => {
                self.tools.publish(&item, &input, output.as_ref()).map_err(of_item)?;
                self.policies.push(ToolPolicy::of(&item, exposed, &input, output.as_ref()));
            }
            Kind::Resource => {
                self.resources.publish(&item).map_err(of_item)?;
                self.offers.resources |= exposed;
                self.resource_policies.push(ResourcePolicy::of(&item, exposed, &input, output.as_ref()));
            }
            Kind::Prompt => {
                self.prompts.publish(&item, &input).map_err(of_item)?;
                self.offers.prompts |= exposed;
                self.prompt_policies.push(PromptPolicy::of(&item, exposed, &input));
            }
        }
        self.catalog.insert(item).map_err(|taken| match taken {
            Taken::Name => format!("two {kind}s are called `{name}`: rename one with `name = \"…\"`"),
            Taken::Uri { by } => {
                format!("the resources `{by}` and `{name}` overlap: a URI could match both, so change one `uri`")
            }
        })
    }

    /// The items, and what the server tells clients about itself and them.
    pub(super) fn publish(
        self,
        options: Options,
        #[cfg(feature = "http")] keys: crate::KeyRing,
    ) -> (Catalog<R>, About) {
        if !self.withheld.is_empty() {
            tracing::info!(tools = ?self.withheld, "tools that may write are not offered: the builder lacks `allow_writes()`");
        }
        let message_limits = options.message_limits();
        let mut capabilities = ServerCapabilities::builder().enable_tools().build();
        if self.offers.resources {
            // Without `subscribe` and `listChanged`.
            capabilities.resources = Some(ResourcesCapability::default());
        }
        if self.offers.prompts {
            capabilities.prompts = Some(PromptsCapability::default());
        }
        if self.offers.completions {
            capabilities.completions = Some(JsonObject::default());
        }
        let mut info = ServerConfig::new(capabilities)
            .with_server_info(Implementation::new(options.name.clone(), options.version));
        info.instructions = options.instructions;
        let mut policies = self.policies;
        policies.sort_unstable_by_key(|policy| policy.name);
        let mut resources = self.resource_policies;
        resources.sort_unstable_by_key(|policy| policy.policy.name);
        let mut prompts = self.prompt_policies;
        prompts.sort_unstable_by_key(|policy| policy.policy.name);
        let manifest = PolicyManifest {
            version: 1,
            server: options.name,
            environment: options.environment,
            only_for: options.only_for,
            override_scope: options.override_scope,
            scope_implies: options.hierarchy.declared(),
            budgets: options.budgets,
            tools: policies,
            resources,
            prompts,
        };
        let about = About {
            info,
            manifest,
            tools: self.tools,
            resources: self.offers.resources.then_some(self.resources),
            prompts: self.offers.prompts.then_some(self.prompts),
            completes: self.offers.completions,
            message_limits,
            #[cfg(feature = "http")]
            keys,
        };
        (self.catalog, about)
    }
}
