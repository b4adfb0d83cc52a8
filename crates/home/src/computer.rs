//! This computer: where things lie, what surrounds them, and what opens them.

pub mod disk;
pub mod doctor;
pub mod folders;
pub mod keys;
pub mod recovery;
pub mod settings;
pub mod surroundings;
pub mod whereabouts;
