// Package notify takes messages to people. It knows ways, one a file, and whom it was told to reach; not why, and nothing
// of who they are beyond what the way needs. No purchase waits for it, and nothing of a message is ever in a log.
package notify
