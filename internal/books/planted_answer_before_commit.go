//go:build bug_answer_before_commit

package books

const planted = answerBeforeCommit
