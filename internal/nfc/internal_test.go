package nfc

import "testing"

// TestNumberOfAnObject: the number is found by the type of its record, or by the id, as in Google's own reader.
func TestNumberOfAnObject(t *testing.T) {
	t.Parallel()
	for name, object := range map[string]string{
		"by type": "\xd4\x01\x07n\x001042.x",
		"by id":   "\xdc\x01\x07\x01Xn\x001042.x",
		"by both": "\xdc\x01\x07\x01nn\x011042.x",
		"text":    "\xd9\x01\x07\x01Tn\x001042.x",
	} {
		if got, ok := number([]byte(object)); !ok || got != "1042.x" {
			t.Errorf("%s: %q, %t", name, got, ok)
		}
	}
	for name, object := range map[string]string{"another record": "\xd4\x01\x07i\x001042.x", "nothing in it": "\xd4\x01\x01n\x00"} {
		if got, ok := number([]byte(object)); ok {
			t.Errorf("%s: %q", name, got)
		}
	}
}

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
