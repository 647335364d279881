package main

import (
	"fmt"
	"io"
	"os"
)

// What a file named on the command line may hold at most: one that is read whole cannot fill the memory, be it a disk image
// that was named by mistake or a device that never ends.
const (
	mostOfPass    = 32 << 20 // what a pass may have, and a picture
	mostOfSetting = 1 << 20  // a certificate, a key, a document
)

// readFile reads a file of so many bytes at most.
func readFile(name string, most int64) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, wrong{err}
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil {
		return nil, wrong{err}
	}
	if int64(len(text)) > most {
		return nil, wrong{fmt.Errorf("%s: larger than %d MB", name, most>>20)}
	}
	return text, nil
}
