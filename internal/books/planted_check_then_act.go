//go:build bug_check_then_act

package books

const planted = checkThenAct
