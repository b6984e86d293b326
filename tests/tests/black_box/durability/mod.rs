//! Many writers at once, crashes in the middle of writes, shutdown under load, backup and restore.

mod backup;
mod concurrency;
mod crash;
mod database;
mod password;
mod shutdown;
