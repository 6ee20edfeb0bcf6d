//! The same tools and resources with and without blanket traits in scope that have every method name of the expansion: the policies are equal.

/// How an article is taken. It stands apart, as the derives of other crates do call methods.
mod modes {
    use secure_tool::{schemars::JsonSchema, serde};

    /// How.
    #[derive(Default, serde::Serialize, serde::Deserialize, JsonSchema)]
    #[serde(crate = "secure_tool::serde")]
    #[schemars(crate = "secure_tool::schemars")]
    pub enum Mode {
        #[default]
        Soft,
        Hard,
    }
}

/// The traits of the attack. A blanket implementation with `self` or `&self` is found before an inherent method with `&mut self`.
macro_rules! hostile {
    ($($name:ident)*) => {
        pub mod hostile_by_reference {
            pub trait Hostile {
                $(fn $name(&self) -> ! { ::std::process::abort() })*
            }
            impl<T: ?Sized> Hostile for T {}
        }
        pub mod hostile_by_value {
            pub trait Hostile: Sized {
                $(fn $name(self) -> ! { ::std::process::abort() })*
            }
            impl<T> Hostile for T {}
        }
    };
}

hostile! {
    // of a definition
    new title version deprecated scope owner unproven read_only confirm rate rate_of quota quota_of cost timeout timeout_ms max_output concurrency
    after breaker order earlier named
    concurrency_per_caller
    releases releases_class only_in blocking argument flatten fields output body mime list complete resource prompt
    // of an argument
    called nested pattern min max min_len max_len min_items max_items one_of_json one_of_value format default_json default_value
    example_json example_value secret audit unbounded raw not_identity not_credential not_object
    // of a call
    listed state shared call caller take owned owned_optional owned_many owned_filtered key key_optional key_many key_filtered
    brand brand_optional brand_many permit admit release boxed
    // of the derives
    declare read field owners iter chain once owner_name name said says not_found invalid conflict forbidden unavailable internal
    // of the values in between
    text shown display to_string to_json get check passes checks is_ok ok err map map_err unwrap_or from into clone as_ref borrow deref
    poll into_future branch from_output from_residual next
}

macro_rules! tools {
    ($module:ident $(, $hostile:path)?) => {
        mod $module {
            use std::fmt;

            use secure_tool::{Destroy, Load, Owner, Resource, SecureServer, prelude::*};

            use crate::modes::Mode;
            $(#[allow(unused_imports)] use $hostile as _;)?

            /// An article.
            pub struct Article;

            impl fmt::Display for Article {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    fmt::Formatter::write_str(f, "the article “Bread”")
                }
            }

            impl Resource for Article {
                type Key = u32;
                fn owner(&self) -> Owner {
                    Owner::subject("alice")
                }
            }

            /// A shop.
            pub struct Shop;

            impl Load<Article> for Shop {
                async fn load(&self, _: &u32) -> Result<Option<Article>, ToolError> {
                    Ok(Some(Article))
                }
            }

            impl Shop {
                /// Take an article from the shop.
                #[secure_tool(
                    scope = all("shop:write", "shop:delete"), owner = (caller, article, others), destructive,
                    confirm = "Take {article} and {others}?", rate = [rate(10/minute, burst = 2, per = tenant), 5/second], quota = 500/day, cost = 2, timeout = 3s,
                    max_output = 8KiB, concurrency(2, per_caller = 1), releases(card, pii), only_in("staging"), name = "shop.take",
                    title = "Take", version = "2", deprecated = "use `leave`", breaker(failures = 5, cooldown = 30s),
                )]
                async fn take_article(
                    &self,
                    permit: &Permit<Destroy>,
                    call: &Call,
                    caller: &Caller,
                    /// Which.
                    #[arg(max = 9)]
                    article: Owned<Article>,
                    /// Which else.
                    #[arg(max_items = 3)]
                    others: Vec<Owned<Article>>,
                    /// How much.
                    #[arg(min = 1, max = 5, default = 2, example = 3, audit = none)]
                    count: u32,
                    /// How.
                    #[arg(default, example = Mode::Hard)]
                    mode: Mode,
                    /// What for.
                    #[arg(min_len = 2, max_len = 20, pattern = "^[a-z]+$", secret)]
                    purpose: String,
                    /// Where.
                    #[arg(raw("never opened"))]
                    path: Option<String>,
                ) -> Json<Classified<Pii, u32>> {
                    let _used = (permit, call, Caller::subject(caller), article, others, mode, purpose, path);
                    Json(Classified::new(count))
                }

                /// An article of the shop.
                #[secure_resource(
                    uri = "shop://{article}", scope = "shop:read", owner = article, rate = 5/minute, mime = "text/plain", releases(card),
                    list = Self::my_articles,
                )]
                async fn article(
                    &self,
                    /// Which.
                    #[arg(max = 9)]
                    article: Owned<Article>,
                ) -> String {
                    format!("{}", &*article)
                }

                async fn my_articles(&self, _: &Caller) -> Mine<Vec<ListedResource>> {
                    Mine(vec![ListedResource::of(&Article, [("article", 1)])])
                }

                /// Count the articles.
                #[secure_tool(scope = "shop:read", owner = unowned("everybody sees the shop"), read_only, rate = 60/minute)]
                fn count(&self) -> Json<u32> {
                    Json(7)
                }
            }

            pub fn server() -> SecureServer<Shop> {
                let builder = SecureServer::builder(Shop);
                let builder = secure_tool::ServerBuilder::environment(builder, "staging");
                let builder = secure_tool::ServerBuilder::tool(builder, Shop::take_article());
                let builder = secure_tool::ServerBuilder::tool(builder, Shop::count());
                let builder = secure_tool::ServerBuilder::resource(builder, Shop::article());
                let builder = secure_tool::ServerBuilder::allow_writes(builder);
                Result::expect(secure_tool::ServerBuilder::build(builder), "the server is built")
            }
        }
    };
}

tools!(plain);
tools!(by_reference, crate::hostile_by_reference::Hostile);
tools!(by_value, crate::hostile_by_value::Hostile);

fn main() {
    let plain = format!("{:?}", plain::server().policy());
    assert_eq!(format!("{:?}", by_reference::server().policy()), plain);
    assert_eq!(format!("{:?}", by_value::server().policy()), plain);
}
