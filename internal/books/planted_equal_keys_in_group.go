//go:build bug_equal_keys_in_group

package books

const planted = equalKeysInGroup
