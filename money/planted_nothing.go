//go:build !bug_float_rounding

package money

// planted is where torture puts a bug in, with a build tag; see planted_float_rounding.go. Here it is nothing.
func planted(int64, int64, int64) (int64, bool) { return 0, false }
