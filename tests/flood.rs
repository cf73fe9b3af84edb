//! A peer that sends without end and never reads costs no memory. A process of its own, since its
//! memory is measured.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod gateway {
    #[expect(dead_code, reason = "the gateway's tests use more of it")]
    mod client;
    #[expect(dead_code, reason = "the gateway's tests use more of it")]
    mod echo;

    use client::{Client, PING, frame};
    use mirabridge_seats::gateway::{FrameBudget, ListenerSettings};

    /// What comes and has to be answered, in bytes.
    const FLOOD: usize = 64 * 1024 * 1024;
    /// What the process may grow by meanwhile.
    const GROWTH: usize = 8 * 1024 * 1024;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn pings_whose_answers_are_never_read_are_not_kept() {
        let server = echo::Server::with(ListenerSettings {
            budget: FrameBudget::unlimited(),
            ..echo::settings()
        });
        let mut client = Client::open(&server).await;
        client.assert_echoes("hello").await;
        let pings = frame(PING, &[b'p'; 125]).repeat(500);
        client.send(&pings).await;
        let before = resident();

        for _ in 0..FLOOD / pings.len() {
            client.send(&pings).await;
        }

        let grown = resident().saturating_sub(before);
        assert!(grown < GROWTH, "{grown} bytes are kept");
        assert_eq!(server.running.connections.count(), 1, "the flood was not heard");
    }

    /// The memory of this process, in bytes.
    fn resident() -> usize {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .unwrap();
        let kilobytes: usize = line.trim().trim_end_matches(" kB").parse().unwrap();
        kilobytes * 1024
    }
}
