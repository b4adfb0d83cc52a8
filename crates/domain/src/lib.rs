//! allymap-domain
