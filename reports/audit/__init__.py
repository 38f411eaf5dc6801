"""The audit log as documents and files, for people and for whoever verifies it elsewhere."""
