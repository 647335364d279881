package rig

import "syscall"

// endWithUs lets the kernel kill a process when the thread that started it ends, in whatever way.
func endWithUs(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }
