//! What holds of documents, whoever writes into them: merging, and what a hostile member can send.

mod hostile;
mod merging;
