//! Small things kept by name: settings of the profile, and what the road (Tor) wants to remember.

use super::error::VaultError;
use super::transaction::{Read, Write};

impl Read<'_> {
    /// The value of a setting.
    pub fn setting(&self, name: &str) -> Result<Option<String>, VaultError> {
        todo!()
    }

    /// Everything the road remembers: file name and contents, by name.
    pub fn road(&self) -> Result<Vec<(String, Vec<u8>)>, VaultError> {
        todo!()
    }
}

impl Write<'_> {
    /// Sets or replaces a setting.
    pub fn put_setting(&self, name: &str, value: &str) -> Result<(), VaultError> {
        todo!()
    }

    /// Replaces one file of the road.
    pub fn put_road(&self, name: &str, bytes: &[u8]) -> Result<(), VaultError> {
        todo!()
    }

    /// Forgets one file of the road.
    pub fn remove_road(&self, name: &str) -> Result<(), VaultError> {
        todo!()
    }
}
