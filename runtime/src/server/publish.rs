//! From compiled items to what a server offers: to the guard, to clients, and to whoever reads its policy.

use rmcp::model::{
    Implementation, JsonObject, PromptsCapability, ResourcesCapability, ServerCapabilities, ServerConfig,
};

use super::{About, options::Options, prompts::Prompts, resources::Resources, tools::Tools};
use crate::{
    catalog::{Catalog, Compiled, Kind, Taken},
    manifest::{PolicyManifest, PromptPolicy, ResourcePolicy, ToolPolicy},
};

/// The items of a server in the making. `R` is what runs one.
pub(super) struct Offer<R> {
    writes: bool,
    catalog: Catalog<R>,
    tools: Tools,
    resources: Resources,
    /// Whether a resource exists in the environment of this server.
    offers_resources: bool,
    prompts: Prompts,
    /// The same of prompts, and of arguments for which something is offered.
    offers_prompts: bool,
    completes: bool,
    policies: Vec<ToolPolicy>,
    resource_policies: Vec<ResourcePolicy>,
    prompt_policies: Vec<PromptPolicy>,
}

impl<R> Offer<R> {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            writes: options.writes,
            catalog: Catalog::new(),
            tools: Tools::default(),
            resources: Resources::default(),
            offers_resources: false,
            prompts: Prompts::default(),
            offers_prompts: false,
            completes: false,
            policies: Vec::new(),
            resource_policies: Vec::new(),
            prompt_policies: Vec::new(),
        }
    }

    /// Adds an item.
    ///
    /// # Errors
    ///
    /// Why it cannot be offered, as a sentence.
    pub(super) fn add(&mut self, Compiled { item, input, output }: Compiled<R>) -> Result<(), String> {
        let (kind, name) = (item.kind, item.spec.name);
        let exposed = item.is_offered(self.writes);
        let of_item = |problem| format!("`{name}` {problem}");
        self.completes |= exposed && item.completions.as_ref().is_some_and(|completions| completions.offers);
        match kind {
            Kind::Tool => {
                self.tools.publish(&item.spec, &item.scopes, &input, output.as_ref()).map_err(of_item)?;
                self.policies.push(ToolPolicy::of(&item, exposed, &input, output.as_ref()));
            }
            Kind::Resource => {
                self.resources.publish(&item).map_err(of_item)?;
                self.offers_resources |= exposed;
                self.resource_policies.push(ResourcePolicy::of(&item, exposed, &input, output.as_ref()));
            }
            Kind::Prompt => {
                self.prompts.publish(&item, &input).map_err(of_item)?;
                self.offers_prompts |= exposed;
                self.prompt_policies.push(PromptPolicy::of(&item, exposed, &input));
            }
        }
        self.catalog.insert(item).map_err(|taken| match taken {
            Taken::Name => format!("two {kind}s are called `{name}`: give one of them a `name = \"…\"`"),
            Taken::Uri { by } => {
                format!("the resources `{by}` and `{name}` overlap: one URI could be that of both, so change one `uri`")
            }
        })
    }

    /// The items, and what the server says of itself and of them.
    ///
    /// # Errors
    ///
    /// If the system gives no random bytes.
    #[cfg_attr(
        not(feature = "http"),
        expect(clippy::unnecessary_wraps, reason = "only the keys of sessions need random bytes")
    )]
    pub(super) fn publish(self, options: Options) -> Result<(Catalog<R>, About), String> {
        let message_limits = options.message_limits();
        let mut capabilities = ServerCapabilities::builder().enable_tools().build();
        if self.offers_resources {
            // Without `subscribe` and `listChanged`.
            capabilities.resources = Some(ResourcesCapability::default());
        }
        if self.offers_prompts {
            capabilities.prompts = Some(PromptsCapability::default());
        }
        if self.completes {
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
            override_scope: options.override_scope,
            scope_implies: options.hierarchy.declared(),
            tools: policies,
            resources,
            prompts,
        };
        let about = About {
            info,
            manifest,
            tools: self.tools,
            resources: self.offers_resources.then_some(self.resources),
            prompts: self.offers_prompts.then_some(self.prompts),
            completes: self.completes,
            message_limits,
            #[cfg(feature = "http")]
            keys: options.keys.map_or_else(crate::KeyRing::random, Ok)?,
        };
        Ok((self.catalog, about))
    }
}
