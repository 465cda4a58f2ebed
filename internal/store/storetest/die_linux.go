package storetest

import "syscall"

// dieWithUs stops the server when the tests are killed.
func dieWithUs(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGINT }
