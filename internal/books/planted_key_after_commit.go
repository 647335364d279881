//go:build bug_key_after_commit

package books

const planted = keyAfterCommit
