//! Small things kept by name: settings of the profile, and what the road (Tor) wants to remember.
//!
//! It does not know what they mean.

use rusqlite::OptionalExtension;
use zeroize::Zeroizing;

use super::error::VaultError;
use super::transaction::{Read, Write};

impl Read<'_> {
    /// The value of a setting.
    pub fn setting(&self, name: &str) -> Result<Option<String>, VaultError> {
        let mut query = self.db.prepare_cached("SELECT value FROM setting WHERE name = ?1")?;
        Ok(query.query_row([name], |row| row.get(0)).optional()?)
    }

    /// Every file the road remembers: name and contents, by name.
    pub fn road(&self) -> Result<Vec<(String, Vec<u8>)>, VaultError> {
        let mut query = self.db.prepare_cached("SELECT name, bytes FROM road WHERE name != ?1 ORDER BY name")?;
        let rows = query.query_map([DETOUR], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How the road leaves this machine. It belongs to the place, as the files of the road do, and goes into no backup.
    pub fn detour(&self) -> Result<Option<Zeroizing<String>>, VaultError> {
        let mut query = self.db.prepare_cached("SELECT bytes FROM road WHERE name = ?1")?;
        let bytes: Option<Vec<u8>> = query.query_row([DETOUR], |row| row.get(0)).optional()?;
        let text =
            bytes.map(|bytes| String::from_utf8(bytes).map_err(|_| VaultError::Damaged { what: "the database" }));
        Ok(text.transpose()?.map(Zeroizing::new))
    }

    /// The key of sealed files.
    pub(super) fn secret(&self, name: &str) -> Result<[u8; 32], VaultError> {
        let mut query = self.db.prepare_cached("SELECT bytes FROM secret WHERE name = ?1")?;
        query.query_row([name], |row| row.get(0)).optional()?.ok_or(VaultError::Damaged { what: "the database" })
    }
}

impl Write<'_> {
    /// Sets or replaces a setting.
    pub fn put_setting(&self, name: &str, value: &str) -> Result<(), VaultError> {
        let sql = "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value";
        self.change(sql, (name, value)).map(drop)
    }

    /// Replaces one file of the road.
    pub fn put_road(&self, name: &str, bytes: &[u8]) -> Result<(), VaultError> {
        let sql = "INSERT INTO road (name, bytes) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET bytes = excluded.bytes";
        self.change(sql, (name, bytes)).map(drop)
    }

    /// Replaces how the road leaves this machine.
    pub fn put_detour(&self, text: &str) -> Result<(), VaultError> {
        self.put_road(DETOUR, text.as_bytes())
    }

    /// Forgets one file of the road.
    pub fn remove_road(&self, name: &str) -> Result<(), VaultError> {
        self.change("DELETE FROM road WHERE name = ?1", (name,)).map(drop)
    }

    pub(super) fn put_secret(&self, name: &str, bytes: &[u8; 32]) -> Result<(), VaultError> {
        self.change("INSERT INTO secret (name, bytes) VALUES (?1, ?2)", (name, &bytes[..])).map(drop)
    }
}

/// No file of Arti's has this name.
const DETOUR: &str = "detour";

#[cfg(test)]
mod tests {
    use super::super::testing::traceless;

    #[test]
    fn what_is_kept_by_name_is_replaced_and_forgotten() {
        let mut vault = traceless();
        vault
            .write(|w| {
                w.put_setting("language", "en")?;
                w.put_setting("language", "fr")?;
                w.put_road("guards.json", b"old")?;
                w.put_road("guards.json", b"new")?;
                w.put_road("vanguards.json", b"x")?;
                w.remove_road("vanguards.json")
            })
            .unwrap();
        assert_eq!(vault.read(|r| r.setting("language")).unwrap().as_deref(), Some("fr"));
        assert_eq!(vault.read(|r| r.setting("absent")).unwrap(), None);
        assert_eq!(vault.read(|r| r.road()).unwrap(), [("guards.json".to_owned(), b"new".to_vec())]);
    }

    #[test]
    fn a_detour_is_no_file_of_the_road() {
        let mut vault = traceless();
        assert_eq!(vault.read(|r| r.detour()).unwrap(), None);
        vault.write(|w| w.put_detour("one")).unwrap();
        vault.write(|w| w.put_detour("two")).unwrap();
        assert_eq!(vault.read(|r| r.detour()).unwrap().unwrap().as_str(), "two");
        assert_eq!(vault.read(|r| r.road()).unwrap(), []);
    }
}
