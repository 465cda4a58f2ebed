//go:build !linux

package storetest

import "syscall"

// dieWithUs does nothing where the system cannot: stop a leftover by hand.
func dieWithUs(*syscall.SysProcAttr) {}
