//! allymap-store
