//! allymap-replica
