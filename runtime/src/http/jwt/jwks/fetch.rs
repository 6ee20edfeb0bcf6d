//! The sources of key sets.

use std::{
    future::Future,
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use futures_util::future::{BoxFuture, FutureExt};

use crate::at_path::open_regular;

/// A larger set is not accepted.
pub(super) const LARGEST: usize = 256 << 10;

/// Fetches the keys of a provider.
///
/// ```
/// use secure_tool::http::{Fetch, FetchError, Fetched, Jwks};
///
/// /// Keys that a side-car keeps in shared memory.
/// struct SideCar;
///
/// impl Fetch for SideCar {
///     async fn fetch(&self) -> Result<Fetched, FetchError> {
///         Ok(Fetched::new(r#"{"keys": []}"#))
///     }
/// }
///
/// let keys = Jwks::new(SideCar);
/// ```
pub trait Fetch: Send + Sync + 'static {
    /// Fetches the current set. It is cancelled after 5 seconds; only one call runs at a time.
    ///
    /// # Errors
    ///
    /// Any error that explains the failure; it is logged through `tracing` at the level warn.
    fn fetch(&self) -> impl Future<Output = Result<Fetched, FetchError>> + Send;
}

/// Why keys could not be fetched.
pub type FetchError = Box<dyn std::error::Error + Send + Sync>;

/// A key set as it was fetched.
#[derive(Clone, Debug)]
pub struct Fetched {
    pub(super) body: Vec<u8>,
    pub(super) max_age: Option<Duration>,
}

impl Fetched {
    /// A set from this JSON text, of at most 256 KiB.
    pub fn new(json: impl Into<Vec<u8>>) -> Self {
        Self { body: json.into(), max_age: None }
    }

    /// Sets how long the set may be used according to the provider; limited to the range from one minute to one day.
    #[must_use]
    pub fn max_age(mut self, time: Duration) -> Self {
        self.max_age = Some(time);
        self
    }
}

/// [`Fetch`] behind a pointer.
pub(super) trait Source: Send + Sync {
    fn get(&self) -> BoxFuture<'_, Result<Fetched, FetchError>>;
}

impl<F: Fetch> Source for F {
    fn get(&self) -> BoxFuture<'_, Result<Fetched, FetchError>> {
        self.fetch().boxed()
    }
}

pub(super) struct File(pub(super) PathBuf);

impl Fetch for File {
    async fn fetch(&self) -> Result<Fetched, FetchError> {
        let path = self.0.clone();
        Ok(Fetched::new(tokio::task::spawn_blocking(move || read(&path)).await??))
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    // Reads one byte more than allowed to detect a larger file.
    open_regular(path)?.take(LARGEST as u64 + 1).read_to_end(&mut body)?;
    Ok(body)
}
