use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use storage::StorageError;
use storage::ledger::{self, ChainId};

use crate::SecurityTokenService;

/// Rows are read again for so long: they become visible a little after the time that they tell of, and clocks differ.
const OVERLAP: TimeDelta = TimeDelta::minutes(1);

/// How far this node has counted the failures of all nodes.
#[derive(Debug, Default)]
pub(crate) struct CountedFailures {
    /// The last row counted of each chain.
    chains: HashMap<ChainId, i64>,
    /// When the ledger was last read.
    read_at: Option<DateTime<Utc>>,
}

impl SecurityTokenService {
    /// Counts what failed before this process began and what fails on other nodes: the ledger has it anyway, so that
    /// no failure is written twice (S29). What failed here since the start is counted already.
    pub(crate) async fn count_failures(&self) -> Result<(), StorageError> {
        let mut counted = self.counted.lock().await;
        let now = self.clock.now();
        let since = counted.read_at.map_or_else(|| now - self.attempts.window(), |read_at| read_at - OVERLAP);
        let own = self.journal.chain();
        let tries = ledger::failed_tries(&self.store, since).await?;
        // Clocks may differ within a chain, its numbers never do.
        let before = counted.chains.clone();
        for failed in tries.iter().rev() {
            let is_new = before.get(&failed.chain).is_none_or(|last| *last < failed.sequence);
            if is_new && failed.chain != own {
                self.attempts.count(failed);
                let last = counted.chains.entry(failed.chain).or_default();
                *last = failed.sequence.max(*last);
            }
        }
        counted.read_at = Some(now);
        Ok(())
    }

    /// Forgives what an administrator forgave.
    pub(crate) async fn apply_unlocks(&self) -> Result<(), StorageError> {
        let since = self.clock.now() - self.attempts.window();
        for unlock in self.store.unlocks(since).await? {
            self.attempts.unlock(&unlock);
        }
        Ok(())
    }
}
