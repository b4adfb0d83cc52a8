//! allymap-document
