//! How the program speaks and listens. It knows no map.

pub(crate) mod answer;
pub(crate) mod editor;
pub(crate) mod failure;
pub(crate) mod handed_in;
pub(crate) mod handed_out;
pub(crate) mod heard;
pub(crate) mod output;
pub(crate) mod prompt;
pub(crate) mod shell;
pub(crate) mod suggested;
pub(crate) mod typed;
pub(crate) mod words;
