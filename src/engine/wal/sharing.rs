//! On which file systems a lock keeps every other writer out.

use std::path::Path;

/// Network and user-space file systems by the number that `statfs` gives: their locks may end at this machine, or
/// their files be older than their locks.
const UNSAFE: [(i64, &str); 10] = [
    (0x6969, "NFS"),
    (0xff53_4d42, "CIFS"),
    (0xfe53_4d42, "SMB"),
    (0x517b, "SMB"),
    (0x0102_1997, "9p"),
    (0x6573_5546, "FUSE"),
    (0x5346_414f, "AFS"),
    (0x00c3_6400, "Ceph"),
    (0x7461_636f, "OCFS2"),
    (0x0bd0_0bd0, "Lustre"),
];

/// Whether locks on the file system of a folder reach every process that could open it; else its name.
pub(crate) fn check_sharing(folder: &Path) -> Result<(), &'static str> {
    // Where it cannot be asked, it is taken for an ordinary disk; the locks themselves say if it is not.
    let Ok(found) = rustix::fs::statfs(folder) else { return Ok(()) };
    #[expect(clippy::allow_attributes, reason = "the field's type differs between systems")]
    #[allow(clippy::unnecessary_cast, reason = "the field's type differs between systems")]
    let kind = found.f_type as i64;
    UNSAFE.iter().find(|(number, _)| *number == kind).map_or(Ok(()), |(_, name)| Err(*name))
}
