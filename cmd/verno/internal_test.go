package main

import (
	"os"
	"testing"
)

// TestMain lets the test binary be verno itself, so that tests start it as people do: with words, signals and an exit code.
func TestMain(m *testing.M) {
	if os.Getenv("BE_VERNO") == "1" {
		os.Exit(start())
	}
	os.Exit(m.Run())
}
