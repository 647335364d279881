//go:build bug_refund_twice

package books

const planted = refundTwice
