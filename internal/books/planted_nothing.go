//go:build !bug_answer_before_commit && !bug_key_after_commit && !bug_check_then_act && !bug_refund_twice && !bug_equal_keys_in_group

package books

const planted = noBug
