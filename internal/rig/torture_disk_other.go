//go:build !linux

package rig

import "context"

// disk cannot be had here.
type disk struct{ at string }

func newDisk(context.Context, string) (*disk, error) { return nil, ErrNoDisk }

func (d *disk) cut() error                    { return ErrNoDisk }
func (d *disk) restore(context.Context) error { return ErrNoDisk }
func (d *disk) fill(int64) error              { return ErrNoDisk }
func (d *disk) empty() error                  { return ErrNoDisk }
func (d *disk) close() error                  { return nil }
