//! Where a set of keys comes from.

use std::{
    future::Future,
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use futures_util::future::{BoxFuture, FutureExt};

/// A larger set is none.
pub(super) const LARGEST: usize = 256 << 10;

/// Gets a provider's keys.
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
    /// Gets the set as it is now. It is given up after 5 seconds; one call runs at a time.
    ///
    /// # Errors
    ///
    /// Any that says why there is none; it is an event of `tracing`, at the level warn.
    fn fetch(&self) -> impl Future<Output = Result<Fetched, FetchError>> + Send;
}

/// Why keys could not be fetched.
pub type FetchError = Box<dyn std::error::Error + Send + Sync>;

/// A set of keys as it came.
#[derive(Clone, Debug)]
pub struct Fetched {
    pub(super) body: Vec<u8>,
    pub(super) max_age: Option<Duration>,
}

impl Fetched {
    /// This JSON text, of 256 KiB at most.
    pub fn new(json: impl Into<Vec<u8>>) -> Self {
        Self { body: json.into(), max_age: None }
    }

    /// How long the provider says that it may be used; taken as a minute at least, a day at most.
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
    // A pipe could keep the thread for ever.
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let mut body = Vec::new();
    // One byte more than is allowed shows that there are more.
    std::fs::File::open(path)?.take(LARGEST as u64 + 1).read_to_end(&mut body)?;
    Ok(body)
}
