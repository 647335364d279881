package nfc

import "testing"

// FuzzRecords: a message is read in bounds, whatever it says of its own lengths.
func FuzzRecords(f *testing.F) {
	f.Add([]byte{0xd4, 1, 3, 'n', 1, 'a', 'b'})
	f.Add([]byte{0xc4, 1, 0xff, 0xff, 0xff, 0xff, 'n'})
	f.Fuzz(func(t *testing.T, message []byte) {
		list, ok := records(message)
		size := 0
		for _, r := range list {
			size += len(r.name) + len(r.payload)
		}
		if size > len(message) || len(list) > maxRecords || ok && len(list) == 0 {
			t.Errorf("%d records of %d bytes out of %d", len(list), size, len(message))
		}
		redemption(message, 0)
	})
}
