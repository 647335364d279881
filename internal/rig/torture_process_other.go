//go:build !linux

package rig

import "syscall"

// endWithUs does nothing where the kernel has no such promise: what we leave behind when we are killed, we leave behind.
func endWithUs(*syscall.SysProcAttr) {}
