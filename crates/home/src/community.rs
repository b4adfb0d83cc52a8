//! The community: what it is, what is known about it, when its dates are, where its people meet, what is still to be found
//! out.

pub mod answer;
pub mod date;
pub mod map;
pub mod place;
pub mod todo;
