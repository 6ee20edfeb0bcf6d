//! A port that stays reserved.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
};

use tokio::net::{TcpListener, TcpSocket};

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1024;

/// A port of this machine that nobody else gets while this value lives, whether somebody listens there or not.
///
/// Where nobody listens, connections are refused. A port that a listener had a moment ago may already be another test's.
#[derive(Debug)]
pub struct Port(TcpSocket);

impl Port {
    /// Takes a free one.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn take() -> io::Result<Self> {
        Ok(Self(bound(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?))
    }

    /// Where it is.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// Listens there, until the listener is dropped.
    ///
    /// # Errors
    ///
    /// If there is a listener already.
    pub fn listen(&self) -> io::Result<TcpListener> {
        bound(self.address()?)?.listen(BACKLOG)
    }
}

/// Two sockets may be bound to one address if both allow it and at most one of them listens.
fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpStream;

    use super::*;
    use crate::within;

    #[tokio::test]
    async fn connections_are_refused_before_and_after_somebody_listens() {
        let port = Port::take().unwrap();
        let address = port.address().unwrap();
        let connect = async || within("a connection", TcpStream::connect(address)).await;
        assert_eq!(connect().await.unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
        let listener = port.listen().unwrap();
        assert!(port.listen().is_err(), "one at a time");
        assert!(connect().await.is_ok());
        drop(listener);
        assert_eq!(connect().await.unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
        drop(port.listen().unwrap());
    }
}
