//! The database answers late: by a little, and by more than anybody waits.
