//! The tests of the workspace: ui fixtures, behaviour, properties and goldens.
//!
//! The code blocks of the README are compiled and run here.

#[doc = include_str!("../../README.md")]
#[allow(dead_code)]
enum Readme {}
