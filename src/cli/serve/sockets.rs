//! Sockets that systemd listens on for this process: the first for widgets, the second for
//! administrators.

use crate::config::Overrides;
use listenfd::ListenFd;
use std::io;
use std::net::TcpListener;

/// The sockets that were handed over.
#[derive(Default)]
pub(super) struct Sockets {
    pub(super) widgets: Option<TcpListener>,
    pub(super) admin: Option<TcpListener>,
}

impl Sockets {
    /// Takes what was handed over; nothing where nobody did.
    pub(super) fn inherited() -> io::Result<Self> {
        let mut handed = ListenFd::from_env();
        if handed.len() > 2 {
            let what = format!(
                "{} sockets were handed over; two are known: widgets, admin",
                handed.len()
            );
            return Err(io::Error::other(what));
        }
        let mut take = |index| {
            if index < handed.len() {
                handed.take_tcp_listener(index)
            } else {
                Ok(None)
            }
        };
        Ok(Self {
            widgets: take(0)?,
            admin: take(1)?,
        })
    }

    /// Lets their addresses stand for the settings, so that what is checked is what is reached.
    pub(super) fn settle(&self, overrides: &mut Overrides) -> io::Result<()> {
        for (socket, address) in [
            (&self.widgets, &mut overrides.listen),
            (&self.admin, &mut overrides.admin_listen),
        ] {
            if let Some(socket) = socket {
                *address = Some(socket.local_addr()?);
            }
        }
        Ok(())
    }
}
