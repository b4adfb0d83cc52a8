//! allymap-seal
