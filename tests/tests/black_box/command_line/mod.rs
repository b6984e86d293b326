//! The program's commands and settings.

mod commands;
mod openapi;
mod serve;
mod settings;
