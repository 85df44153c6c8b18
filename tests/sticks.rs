//! A profile on a stick: file systems that know no permissions and do not replace a file in one step.
//!
//! What serves them is not on every machine: FAT is tried with the kernel's own driver, in a kernel that runs as a program
//! (Debian's `user-mode-linux`, `dosfstools`), exFAT through FUSE (`exfat-fuse`, and `mkfs.exfat`). Where these are
//! missing, or may not run, a test says so and shows nothing.

#![expect(clippy::disallowed_types, reason = "the test starts the program")]
#![expect(clippy::print_stdout, reason = "what could not be tried is said")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what went wrong by failing")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::{NamedTempFile, TempDir};

#[test]
fn a_profile_lives_on_fat() {
    let Some(image) = image(&["mkfs.vfat", "-F", "32"]) else { return println!("not tried here: no mkfs.vfat") };
    let home = tempfile::tempdir().unwrap();
    let script = home.path().join("inside");
    fs::write(home.path().join("right"), "right").unwrap();
    fs::write(home.path().join("wrong"), "wrong").unwrap();
    fs::write(home.path().join("create"), CREATE).unwrap();
    fs::write(home.path().join("list"), LIST).unwrap();
    let (program, given) = (env!("CARGO_BIN_EXE_pelure"), home.path().display());
    fs::write(&script, INSIDE.replace("@PROGRAM@", program).replace("@GIVEN@", &given.to_string())).unwrap();
    Command::new("chmod").arg("+x").arg(&script).status().unwrap();
    let mut kernel = Command::new("linux.uml");
    kernel.args(["mem=1G", "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro", "con=null", "con0=fd:0,fd:1"]);
    kernel.arg(format!("init={}", script.display())).arg(format!("ubd0={}", image.path().display()));
    let run = kernel.env("HOME", home.path()).env("TMPDIR", home.path()).stdin(Stdio::null()).output();
    let said = run.map(|output| text(&output.stdout)).unwrap_or_default();
    let Some((_, said)) = said.split_once("mounted: vfat") else {
        return println!("not tried here: there is no linux.uml, or it may not run: {said}");
    };
    assert_eq!(said.matches(".onion\"").count(), 2, "{said}");
    let exits: Vec<&str> = said.lines().filter_map(|line| line.trim().strip_prefix("exit ")).collect();
    assert_eq!(exits, ["0", "0", "3"], "{said}");
    assert!(said.contains("keeps no permissions") && said.contains("unmounted"), "{said}");
}

#[test]
fn a_profile_lives_on_exfat_and_may_be_copied_there_and_back() {
    let Some(medium) = Medium::exfat() else {
        return println!("not tried here: there is no exfat-fuse, or it may not mount");
    };
    let (disk, mounted) = (tempfile::tempdir().unwrap(), medium.mounted.path());
    let opens = |dir: &Path| {
        let opened = on(dir, "right", LIST);
        assert!(opened.status.success() && text(&opened.stdout).contains(".onion"), "{}", text(&opened.stderr));
    };
    let there = mounted.join("pelure-data");
    let first = on(&there, "right", CREATE);
    assert!(first.status.success(), "{}", text(&first.stderr));
    opens(&there);
    assert_eq!(on(&there, "wrong", LIST).status.code(), Some(3));
    let (made, copied, back) = (disk.path().join("made"), mounted.join("copied"), disk.path().join("back"));
    assert!(on(&made, "right", CREATE).status.success());
    copy(&made, &copied);
    opens(&copied);
    copy(&copied, &back);
    opens(&back);
}

/// A file system in a file, mounted while this is there.
struct Medium {
    mounted: TempDir,
    /// What makes a disk of the file.
    device: String,
    _image: NamedTempFile,
}

impl Medium {
    fn exfat() -> Option<Self> {
        let image = image(&["mkfs.exfat"])?;
        let mounted = tempfile::tempdir().unwrap();
        let made =
            Command::new("losetup").args(["--find", "--show"]).arg(image.path()).env("PATH", PATH).output().ok()?;
        let medium = Self { mounted, device: text(&made.stdout).trim().to_owned(), _image: image };
        let (device, dir) = (&medium.device, medium.mounted.path());
        Command::new("mount.exfat-fuse").arg(device).arg(dir).env("PATH", PATH).output().ok()?;
        let mounts = fs::read_to_string("/proc/mounts").unwrap();
        mounts.contains(dir.to_str().unwrap()).then_some(medium)
    }
}

impl Drop for Medium {
    fn drop(&mut self) {
        Command::new("fusermount").arg("-u").arg(self.mounted.path()).output().ok();
        Command::new("losetup").arg("--detach").arg(&self.device).env("PATH", PATH).output().ok();
    }
}

/// A file in which this made a file system.
fn image(make: &[&str]) -> Option<NamedTempFile> {
    let image = NamedTempFile::new().unwrap();
    image.as_file().set_len(64 << 20).unwrap();
    let (program, options) = make.split_first()?;
    let made = Command::new(program).args(options).arg(image.path()).env("PATH", PATH).output();
    made.is_ok_and(|output| output.status.success()).then_some(image)
}

/// Runs the profile of this place through some lines.
fn on(dir: &Path, passphrase: &str, lines: &str) -> Output {
    let outside = tempfile::tempdir().unwrap();
    let (secret, input) = (outside.path().join("passphrase"), outside.path().join("lines"));
    fs::write(&secret, passphrase).unwrap();
    fs::write(&input, lines).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_pelure"));
    program.args(["headless", "--tor", "system", "--tor-control", "127.0.0.1:1", "--profile"]).arg(dir);
    program.arg("--passphrase-file").arg(secret).env_clear();
    program.stdin(fs::File::open(input).unwrap()).output().unwrap()
}

/// The files, not their permissions, which a stick has not.
fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for file in fs::read_dir(from).unwrap().map(Result::unwrap).filter(|file| file.path().is_file()) {
        fs::write(to.join(file.file_name()), fs::read(file.path()).unwrap()).unwrap();
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Inside, the disk of this machine is there to be read. The stick is mounted as desktops mount it.
const INSIDE: &str = r#"#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
mkdir -p /dev/shm
mount -t tmpfs tmpfs /dev/shm
for module in nls/nls_cp437 nls/nls_ascii fat/fat fat/vfat; do
    insmod "/usr/lib/uml/modules/$(uname -r)/kernel/fs/$module.ko"
done
options=rw,nosuid,nodev,uid=0,gid=0,fmask=0022,dmask=0022,codepage=437,iocharset=ascii,shortname=mixed,showexec,utf8,flush
mount -t vfat -o "$options" /dev/ubda /mnt && echo mounted: vfat
open() {
    @PROGRAM@ headless --tor system --tor-control 127.0.0.1:1 --profile /mnt/p --passphrase-file "@GIVEN@/$1" <"@GIVEN@/$2" 2>&1
    echo "exit $?"
}
open right create
open right list
open wrong list
umount /mnt && echo unmounted
exec halt -f
"#;

const CREATE: &str = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"identity.create\",\"params\":{\"name\":\"me\"}}\n";
const LIST: &str = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"identity.list\",\"params\":{}}\n";

/// Also where people do not look for programs.
const PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";
