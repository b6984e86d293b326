//! The management API: users, roles, API tokens, settings, the audit log.

mod audit_log;
mod problems;
mod roles;
mod settings;
mod tokens;
mod users;
