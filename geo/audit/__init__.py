"""The audit log as a Merkle tree: rows as bytes, and proofs that none was changed, left out or cut off."""
