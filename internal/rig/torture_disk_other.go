//go:build !linux

package rig

import "context"

// disk cannot be had here.
type disk struct{ at string }

func newDisk(context.Context, string) (*disk, error) { return nil, ErrNoPowerCuts }

func (d *disk) cut() error                    { return ErrNoPowerCuts }
func (d *disk) restore(context.Context) error { return ErrNoPowerCuts }
func (d *disk) close() error                  { return nil }
