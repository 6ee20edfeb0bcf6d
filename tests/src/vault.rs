//! A vault with parcels, whose tools require confirmation by a person.

use std::{
    fmt,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use secure_tool::prelude::*;

/// Something of somebody's that can be lost.
#[derive(Clone, Debug)]
pub struct Parcel {
    id: u32,
    owner: String,
    label: String,
    version: u32,
}

/// For the question.
impl fmt::Display for Parcel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "parcel {} ({})", self.id, self.label)
    }
}

impl Resource for Parcel {
    type Key = u32;

    fn owner(&self) -> Owner {
        Owner::subject(self.owner.as_str())
    }

    fn version(&self) -> Option<String> {
        Some(self.version.to_string())
    }
}

/// The same without anything to say of itself.
#[derive(Clone, Debug)]
pub struct Silent(Parcel);

impl Resource for Silent {
    type Key = u32;

    fn owner(&self) -> Owner {
        self.0.owner()
    }

    fn version(&self) -> Option<String> {
        self.0.version()
    }
}

/// Parcels of alice (1, 2) and bob (3).
#[derive(Debug)]
pub struct Vault {
    parcels: Mutex<Vec<Parcel>>,
    ran: AtomicUsize,
}

impl Default for Vault {
    fn default() -> Self {
        let parcel = |id, owner: &str, label: &str| Parcel { id, owner: owner.into(), label: label.into(), version: 1 };
        let parcels = vec![parcel(1, "alice", "books"), parcel(2, "alice", "tea"), parcel(3, "bob", "coal")];
        Self { parcels: Mutex::new(parcels), ran: AtomicUsize::new(0) }
    }
}

impl Vault {
    /// How many bodies have begun.
    pub fn ran(&self) -> usize {
        self.ran.load(Ordering::SeqCst)
    }

    /// The numbers of the parcels that are left.
    pub fn left(&self) -> Vec<u32> {
        self.with(|parcels| parcels.iter().map(|parcel| parcel.id).collect())
    }

    /// Gives a parcel another label.
    pub fn relabel(&self, id: u32, label: &str) {
        self.with(|parcels| {
            for parcel in parcels.iter_mut().filter(|parcel| parcel.id == id) {
                label.clone_into(&mut parcel.label);
            }
        });
    }

    /// Changes a parcel in a way that its label does not show.
    pub fn touch(&self, id: u32) {
        self.with(|parcels| {
            for parcel in parcels.iter_mut().filter(|parcel| parcel.id == id) {
                parcel.version += 1;
            }
        });
    }

    /// Gives a parcel to somebody else.
    pub fn give(&self, id: u32, owner: &str) {
        self.with(|parcels| {
            for parcel in parcels.iter_mut().filter(|parcel| parcel.id == id) {
                owner.clone_into(&mut parcel.owner);
            }
        });
    }

    /// The data layer: nothing goes without a permit.
    fn burn(&self, _permit: &impl Allows<Destroy>, id: u32) {
        self.ran.fetch_add(1, Ordering::SeqCst);
        self.with(|parcels| parcels.retain(|parcel| parcel.id != id));
    }

    fn count(&self, _permit: &impl Allows<Read>) -> usize {
        self.with(|parcels| parcels.len())
    }

    fn with<T>(&self, work: impl FnOnce(&mut Vec<Parcel>) -> T) -> T {
        work(&mut self.parcels.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn find(&self, id: u32) -> Option<Parcel> {
        self.with(|parcels| parcels.iter().find(|parcel| parcel.id == id).cloned())
    }
}

impl Load<Parcel> for Vault {
    async fn load(&self, id: &u32) -> Result<Option<Parcel>, ToolError> {
        Ok(self.find(*id))
    }
}

impl Load<Silent> for Vault {
    async fn load(&self, id: &u32) -> Result<Option<Silent>, ToolError> {
        Ok(self.find(*id).map(Silent))
    }
}

impl Vault {
    /// Burn a parcel.
    #[secure_tool(
        scope = "vault:burn", owner = parcel, rate(3/hour, burst = 3), destructive, timeout = 300ms,
        confirm = "Burn {parcel}, because {reason}?",
    )]
    pub async fn burn_parcel(
        &self,
        permit: &Permit<Destroy>,
        /// Which one.
        parcel: Owned<Parcel>,
        /// Why.
        #[arg(max_len = 200)]
        reason: Option<String>,
    ) -> Json<usize> {
        let _ = reason;
        self.burn(permit, parcel.id);
        Json(self.count(permit))
    }

    /// Burn a parcel on a blocking thread.
    #[secure_tool(scope = "vault:burn", owner = parcel, destructive, confirm = "Burn {parcel} {{slowly}}?")]
    pub fn burn_slowly(
        &self,
        permit: &Permit<Destroy>,
        /// Which one.
        parcel: Owned<Silent>,
    ) {
        self.burn(permit, parcel.0.id);
    }

    /// Count on parcels and name them. It changes nothing that was not there before, and asks nevertheless.
    #[secure_tool(scope = "vault:burn", owner = parcels, confirm = "Name {parcels} “{name}”?")]
    pub async fn name_parcels(
        &self,
        /// Which ones.
        #[arg(max_items = 10)]
        parcels: Vec<Owned<Parcel>>,
        /// The name.
        #[arg(max_len = 200)]
        name: String,
    ) -> String {
        self.ran.fetch_add(1, Ordering::SeqCst);
        format!("{} are called {name}", parcels.len())
    }

    /// Pack those parcels that are the caller's.
    #[secure_tool(scope = "vault:burn", owner = parcels, rate = 100/minute, confirm = "Pack {parcels}?")]
    pub async fn pack_parcels(
        &self,
        /// Which ones.
        #[arg(skip_foreign, max_items = 10)]
        parcels: Vec<Owned<Parcel>>,
    ) -> Json<usize> {
        Json(parcels.len())
    }

    /// The same of what says nothing of itself.
    #[secure_tool(scope = "vault:burn", owner = parcels, rate = 100/minute, confirm = "Pack {parcels}?")]
    pub async fn pack_silently(
        &self,
        /// Which ones.
        #[arg(skip_foreign, max_items = 10)]
        parcels: Vec<Owned<Silent>>,
    ) -> Json<usize> {
        Json(parcels.len())
    }

    /// Burn a parcel with an operator's consent.
    #[secure_tool(
        scope = "vault:burn", owner = parcel, rate = 100/minute, destructive, timeout = 300ms,
        confirm = operator("Burn {parcel}?"),
    )]
    pub async fn burn_officially(
        &self,
        permit: &Permit<Destroy>,
        /// Which one.
        parcel: Owned<Parcel>,
        /// The code of the safe.
        code: Option<Secret<String>>,
    ) {
        let _ = code;
        self.burn(permit, parcel.id);
    }

    /// Burn what nobody misses.
    #[secure_tool(scope = "vault:burn", owner = parcel, destructive, confirm = never("ashes can be put together again"))]
    pub async fn burn_quietly(
        &self,
        permit: &Permit<Write>,
        /// Which one.
        parcel: Owned<Parcel>,
    ) -> Json<usize> {
        self.ran.fetch_add(1, Ordering::SeqCst);
        Json(self.count(permit) + parcel.id as usize)
    }
}
