//! The content of a file that we send, read where it lies.
//!
//! It does not decide what is read. A content that is not the one that was offered is noticed before its bytes leave.

use std::sync::Arc;

use crate::file::disk::{Content, DiskError};
use crate::file::{Hash, Tree};
use crate::wire::FileFailure;

/// The content of one transfer.
pub(super) struct Pages {
    content: Arc<Content>,
    tree: Tree,
}

/// Why a content cannot be read any more.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unread {
    #[error(transparent)]
    Disk(#[from] DiskError),
    #[error("the program is ending")]
    Ending,
}

impl Pages {
    pub(super) fn new(content: Content, tree: Tree) -> Self {
        Self { content: Arc::new(content), tree }
    }

    /// The bytes of a block from `from` to its end.
    pub(super) async fn block(&self, block: u32, from: usize) -> Result<Vec<u8>, Unread> {
        let (content, tree) = (Arc::clone(&self.content), self.tree);
        on_disk(move || {
            let mut bytes = vec![0; tree.block_len(block).saturating_sub(from)];
            content.read_at(tree.offset(block) + from as u64, &mut bytes)?;
            still(&content)?;
            Ok(bytes)
        })
        .await
    }

    /// The hashes of the blocks of a group.
    pub(super) async fn map(&self, group: u32) -> Result<Vec<Hash>, Unread> {
        let (content, tree) = (Arc::clone(&self.content), self.tree);
        on_disk(move || {
            let (mut map, mut bytes) = (Vec::new(), Vec::new());
            for block in tree.blocks_of(group) {
                bytes.resize(tree.block_len(block), 0);
                content.read_at(tree.offset(block), &mut bytes)?;
                map.extend(tree.block_hash(block, &bytes));
            }
            still(&content)?;
            Ok(map)
        })
        .await
    }
}

impl Unread {
    /// What the other side is told.
    pub(super) fn failure(&self) -> Option<FileFailure> {
        match self {
            Self::Disk(DiskError::Changed) => Some(FileFailure::SourceChanged),
            Self::Disk(_) => Some(FileFailure::SourceGone),
            Self::Ending => None,
        }
    }
}

/// Asked after reading: what was read before is then what was offered.
fn still(content: &Content) -> Result<(), DiskError> {
    if content.unchanged() { Ok(()) } else { Err(DiskError::Changed) }
}

async fn on_disk<T: Send + 'static>(act: impl FnOnce() -> Result<T, DiskError> + Send + 'static) -> Result<T, Unread> {
    let done = tokio::task::spawn_blocking(act).await;
    Ok(done.map_err(|_| Unread::Ending)??)
}
