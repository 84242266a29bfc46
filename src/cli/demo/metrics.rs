//! This machine's own numbers, as they are now.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use sysinfo::{Disks, Networks, System};

/// Reads the machine. What the system does not tell is null.
pub(super) struct Metrics {
    system: Option<System>,
    disks: Option<Disks>,
    networks: Option<Networks>,
}

impl Metrics {
    /// Takes the first look, from which differences count.
    pub(super) fn new() -> Self {
        Self {
            system: System::new().ok(),
            disks: Disks::new_with_refreshed_list().ok(),
            networks: Networks::new_with_refreshed_list().ok(),
        }
    }

    /// The topic's schema in its short form.
    pub(super) fn schema() -> Value {
        json!({
            "time": "timestamp(ms, UTC)",
            "cpu_percent": "float32",
            "load_1m": "float64",
            "memory_used": "int64",
            "memory_percent": "float32",
            "disk_read": "int64",
            "disk_written": "int64",
            "net_received": "int64",
            "net_sent": "int64",
        })
    }

    /// The numbers now; those of disk and network count bytes since the look before.
    pub(super) fn next(&mut self, now: DateTime<Utc>) -> Value {
        let (cpu, used, percent) = self.processor_and_memory();
        let (read, written) = self.disk();
        let (received, sent) = self.network();
        json!({
            "time": now.to_rfc3339_opts(SecondsFormat::Millis, true),
            "cpu_percent": cpu,
            "load_1m": System::load_average().ok().map(|load| load.one),
            "memory_used": used,
            "memory_percent": percent,
            "disk_read": read,
            "disk_written": written,
            "net_received": received,
            "net_sent": sent,
        })
    }

    fn processor_and_memory(&mut self) -> (Option<f64>, Option<u64>, Option<f64>) {
        let Some(system) = &mut self.system else { return (None, None, None) };
        system.refresh_cpu_usage();
        system.refresh_memory();
        let (used, total) = (system.used_memory(), system.total_memory());
        let percent = (total > 0).then(|| tenth(used as f64 * 100.0 / total as f64));
        (Some(tenth(f64::from(system.global_cpu_usage()))), Some(used), percent)
    }

    fn disk(&mut self) -> (Option<u64>, Option<u64>) {
        let Some(disks) = &mut self.disks else { return (None, None) };
        disks.refresh(true);
        let disks: &Disks = disks;
        let usage = || disks.into_iter().map(sysinfo::Disk::usage);
        (
            Some(usage().map(|disk| disk.read_bytes).sum()),
            Some(usage().map(|disk| disk.written_bytes).sum()),
        )
    }

    fn network(&mut self) -> (Option<u64>, Option<u64>) {
        let Some(networks) = &mut self.networks else { return (None, None) };
        networks.refresh(true);
        let each = || networks.values();
        (
            Some(each().map(sysinfo::NetworkData::received).sum()),
            Some(each().map(sysinfo::NetworkData::transmitted).sum()),
        )
    }
}

fn tenth(exact: f64) -> f64 {
    (exact * 10.0).round() / 10.0
}
