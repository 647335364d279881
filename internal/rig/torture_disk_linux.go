package rig

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
	"unsafe"
)

// disk is a file system of its own, of which the power can be cut, so that what was not synced by then is gone, and which
// can be filled. It needs root, ext4 and a loop device.
type disk struct {
	image string
	at    string
	on    bool
}

// newDisk makes a disk in a folder. The error is ErrNoDisk where that cannot be.
func newDisk(ctx context.Context, folder string) (*disk, error) {
	d := &disk{image: filepath.Join(folder, "disk.ext4"), at: filepath.Join(folder, "disk")}
	if os.Geteuid() != 0 {
		return nil, fmt.Errorf("%w: it takes root", ErrNoDisk)
	}
	if err := os.Mkdir(d.at, 0o755); err != nil { //nolint:gosec // The database's user has to pass.
		return nil, err
	}
	if err := os.Chmod(folder, 0o711); err != nil { //nolint:gosec // As above.
		return nil, err
	}
	const size = 2 << 30 // of which only what is written takes room
	file, err := os.Create(d.image)
	if err == nil {
		err = errors.Join(file.Truncate(size), file.Close())
	}
	if err != nil {
		return nil, err
	}
	if out, err := exec.CommandContext(ctx, "mkfs.ext4", "-q", "-F", "-m", "0", d.image).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: mkfs.ext4: %w %s", ErrNoDisk, err, out)
	}
	if err := d.mount(ctx); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoDisk, err)
	}
	return d, nil
}

func (d *disk) mount(ctx context.Context) error {
	if out, err := exec.CommandContext(ctx, "mount", "-o", "loop", d.image, d.at).CombinedOutput(); err != nil {
		return fmt.Errorf("mount: %w %s", err, out)
	}
	d.on = true
	return nil
}

// cut takes the power away, EXT4_IOC_SHUTDOWN with NOLOGFLUSH: from here on nothing reaches the disk.
func (d *disk) cut() error {
	const shutdown, noLogFlush = 0x8004587d, 2
	root, err := os.Open(d.at)
	if err != nil {
		return err
	}
	defer root.Close()
	how := uint32(noLogFlush)
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, root.Fd(), shutdown, uintptr(unsafe.Pointer(&how))); errno != 0 { //nolint:gosec // The kernel reads a number there.
		return fmt.Errorf("%w: shut ext4 down: %w", ErrNoDisk, errno)
	}
	return nil
}

// restore brings the power back: the disk has what it had when it was cut.
func (d *disk) restore(ctx context.Context) error {
	if err := d.unmount(); err != nil {
		return err
	}
	return d.mount(ctx)
}

// unmount takes a while where processes that used the disk have just been killed.
func (d *disk) unmount() error {
	var err error
	for range 200 {
		if err = syscall.Unmount(d.at, 0); !errors.Is(err, syscall.EBUSY) {
			break
		}
		wait(context.Background(), 20*time.Millisecond)
	}
	d.on = d.on && err != nil
	return err
}

// ballast is what fills the disk.
func (d *disk) ballast() string { return filepath.Join(d.at, "ballast") }

// fill takes all room but so many bytes.
func (d *disk) fill(leave int64) error {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(d.at, &fs); err != nil {
		return err
	}
	file, err := os.Create(d.ballast())
	if err != nil {
		return err
	}
	err = syscall.Fallocate(int(file.Fd()), 0, 0, int64(fs.Bavail)*fs.Bsize-leave)
	if errors.Is(err, syscall.ENOSPC) { // Others were faster, and it is as full as can be.
		err = nil
	}
	return errors.Join(err, file.Close())
}

// empty makes room again.
func (d *disk) empty() error { return os.Remove(d.ballast()) }

func (d *disk) close() error {
	if !d.on {
		return nil
	}
	return d.unmount()
}
