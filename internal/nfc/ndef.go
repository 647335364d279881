package nfc

import "encoding/binary"

// record is a record of an NDEF message (NFC Forum NDEF 1.0).
type record struct {
	name    string // the type; of a well-known record its id, where Smart Tap puts the name
	id      string
	payload []byte
}

// Bounds of a message, so that hostile input ends.
const (
	maxRecords = 64
	maxDepth   = 6
)

// Bits of a record's head.
const (
	ndefShort    = 1 << 4
	ndefHasID    = 1 << 3
	ndefChunked  = 1 << 5
	ndefTypes    = 7
	ndefWell     = 1
	ndefExternal = 4
)

// records reads a message. It answers false for anything that is not exactly one.
func records(b []byte) ([]record, bool) {
	var list []record
	for len(b) > 0 {
		if len(list) == maxRecords || len(b) < 3 || b[0]&ndefChunked != 0 {
			return nil, false
		}
		head, kind := b[0], int(b[1])
		b = b[2:]
		var size int
		if head&ndefShort != 0 {
			size, b = int(b[0]), b[1:]
		} else {
			if len(b) < 4 {
				return nil, false
			}
			long := binary.BigEndian.Uint32(b)
			if b = b[4:]; long > uint32(len(b)) {
				return nil, false
			}
			size = int(long)
		}
		id := 0
		if head&ndefHasID != 0 {
			if len(b) == 0 {
				return nil, false
			}
			id, b = int(b[0]), b[1:]
		}
		if len(b) < kind+id+size {
			return nil, false
		}
		r := record{name: string(b[:kind]), id: string(b[kind : kind+id]), payload: b[kind+id : kind+id+size]}
		if head&ndefTypes == ndefWell && id > 0 {
			r.name = r.id
		}
		list = append(list, r)
		b = b[kind+id+size:]
	}
	return list, len(list) > 0
}
