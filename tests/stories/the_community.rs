//! The community: what the map says of it, its days and its places, and what is still to be found out.

mod date;
mod map;
mod place;
mod todo;
