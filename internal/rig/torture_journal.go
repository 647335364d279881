package rig

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"sync"
)

// order is one request to Verno, as it is written down before it is sent.
type order struct {
	Key    string          `json:"key"`
	Kind   string          `json:"kind"` // sale, return, top_up, adjust, hold, capture, release
	Member string          `json:"member,omitempty"`
	Of     string          `json:"of,omitempty"` // of a return the key of the sale; of what ends a hold, what is held: points or money
	Path   string          `json:"path"`         // below /api/v1
	Body   json.RawMessage `json:"body"`
	Earn   int64           `json:"earn,omitempty"` // points that a sale earns by our own reckoning
}

// receipt reports whether what comes of it is a receipt.
func (o *order) receipt() bool { return o.Kind == "sale" || o.Kind == "return" }

// page is one line of the journal: an order, or what Verno acknowledged of one.
type page struct {
	Sent   *order          `json:"sent,omitempty"`
	Key    string          `json:"acknowledged,omitempty"`
	Answer json.RawMessage `json:"answer,omitempty"`
}

// journal is what torture remembers outside of Verno: a file to which is only added. What was acknowledged counts once
// it is on the disk.
type journal struct {
	mu     sync.Mutex
	synced sync.Cond
	file   *os.File
	lines  int64 // written
	safe   int64 // and on the disk
	busy   bool  // somebody is syncing
	err    error
}

func newJournal(path string) (*journal, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	j := &journal{file: file}
	j.synced.L = &j.mu
	return j, nil
}

// sent writes an order down.
func (j *journal) sent(o *order) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.write(page{Sent: o})
}

// acknowledged writes an answer down and waits until it is on the disk; whoever waits at the same time is served by the
// same sync.
func (j *journal) acknowledged(key string, answer []byte) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.write(page{Key: key, Answer: answer}); err != nil {
		return err
	}
	for mine := j.lines; j.safe < mine && j.err == nil; {
		if j.busy {
			j.synced.Wait()
			continue
		}
		j.busy = true
		all := j.lines
		j.mu.Unlock()
		err := j.file.Sync()
		j.mu.Lock()
		j.busy, j.safe, j.err = false, all, err
		j.synced.Broadcast()
	}
	return j.err
}

func (j *journal) write(p page) error {
	if j.err != nil {
		return j.err
	}
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false) // An answer is kept to the letter.
	if err := e.Encode(p); err != nil {
		return err
	}
	_, j.err = j.file.Write(line.Bytes())
	j.lines++
	return j.err
}

func (j *journal) close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.file.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}

// record is what a journal says of one key.
type record struct {
	order
	answer json.RawMessage // nil where it was not acknowledged
}

// readJournal reads what was written down, in the order in which it was sent.
func readJournal(path string) ([]*record, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var all []*record
	byKey := map[string]*record{}
	for d := json.NewDecoder(bufio.NewReaderSize(file, 1<<20)); ; {
		var p page
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		if p.Sent != nil {
			byKey[p.Sent.Key] = &record{order: *p.Sent}
			all = append(all, byKey[p.Sent.Key])
			continue
		}
		byKey[p.Key].answer = p.Answer
	}
}
