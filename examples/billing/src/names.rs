//! Host name lookups: by the system in a server, and simulated in the demonstration, which sends no requests.

use std::{
    io::{self, ErrorKind},
    net::IpAddr,
};

use secure_tool::types::{Resolve, SystemResolver};

#[derive(Clone, Copy, Debug)]
pub(crate) enum Names {
    System,
    MadeUp,
}

impl Resolve for Names {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        match self {
            Self::System => SystemResolver.resolve(name).await,
            Self::MadeUp => match name {
                "hooks.example.com" => Ok(vec![[93, 184, 215, 14].into()]),
                // Looks like any other, and leads into the house.
                "intranet.example.net" => Ok(vec![[10, 0, 0, 7].into()]),
                _ => Err(ErrorKind::NotFound.into()),
            },
        }
    }
}
