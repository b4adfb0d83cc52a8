//! allymap-relay
