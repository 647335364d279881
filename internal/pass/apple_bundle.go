package pass

import (
	"archive/zip"
	"bytes"
	"crypto/sha1" //nolint:gosec // Apple's manifest is made of SHA-1 to this day; the signature over it is SHA-256.
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
)

// The media types of passes.
const (
	AppleType       = "application/vnd.apple.pkpass"
	AppleBundleType = "application/vnd.apple.pkpasses"
)

// MaxBundleBytes is the most that MaxBundle passes may have together.
const MaxBundleBytes = 150 << 20

// file is a part of a pass. What is always the same, such as a picture, is summed once and used in every pass of a design.
type file struct {
	name   string
	raw    []byte
	digest string // SHA-1, hexadecimal
	crc    uint32
}

func newFile(name string, raw []byte) file {
	sum := sha1.Sum(raw) //nolint:gosec // As above.
	return file{name, raw, hex.EncodeToString(sum[:]), crc32.ChecksumIEEE(raw)}
}

// BuildApple makes a .pkpass: pass.json, its texts in each language, pictures, manifest and signature. The same face,
// identity and pictures make the same bytes, but for the signature where its algorithm draws lots. It returns ErrNoNFC,
// and errors for a face that Apple's format cannot hold.
func BuildApple(f *card.Face, id AppleIdentity, pics Pictures, s *Signer) ([]byte, error) {
	return buildApple(f, id, pics, s)
}

// buildApple is BuildApple with more files.
func buildApple(f *card.Face, id AppleIdentity, pics Pictures, s *Signer, more ...file) ([]byte, error) {
	var w words
	drawn, err := applePassOf(&w, f, &id, s)
	if err != nil {
		return nil, err
	}
	text, err := encodeJSON(drawn)
	if err != nil {
		return nil, fmt.Errorf("pass: encode pass.json: %w", err)
	}
	files := make([]file, 0, len(pics.files)+6)
	files = append(files, newFile(passFile, text))
	if languages := w.languages(); len(languages) > 1 {
		for _, lang := range languages {
			files = append(files, newFile(lang+".lproj/pass.strings", w.file(lang)))
		}
	}
	files = append(append(files, pics.files...), more...)
	manifest := manifestOf(files)
	signature, err := s.Sign(manifest, id.At)
	if err != nil {
		return nil, err
	}
	return archive(append(files, newFile(manifestFile, manifest), newFile(signatureFile, signature)))
}

func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

// manifestOf lists the digests of files.
func manifestOf(files []file) []byte {
	b := make([]byte, 0, 80*len(files))
	b = append(b, '{')
	for i := range files {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendQuote(b, files[i].name)
		b = append(b, `:"`...)
		b = append(b, files[i].digest...)
		b = append(b, '"')
	}
	return append(b, '}')
}

// archive writes a flat archive whose entries say their sizes before their bytes, as phones want it. Nothing is deflated:
// pictures would not become smaller, and what the texts would save costs a twentieth of the signature.
func archive(files []file) ([]byte, error) {
	size := 512
	for i := range files {
		size += len(files[i].raw) + 160
	}
	var b bytes.Buffer
	b.Grow(size)
	z := zip.NewWriter(&b)
	for i := range files {
		entry, err := z.CreateRaw(&zip.FileHeader{
			Name: files[i].name, Method: zip.Store, CRC32: files[i].crc,
			ModifiedDate:       firstOf1980, //nolint:staticcheck // What is written raw is written as it stands.
			UncompressedSize64: uint64(len(files[i].raw)), CompressedSize64: uint64(len(files[i].raw)),
		})
		if err != nil {
			return nil, err
		}
		if _, err := entry.Write(files[i].raw); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return b.Bytes(), err
}

// firstOf1980 is the first day that an archive can name: a pass is the same whenever it is made.
const firstOf1980 = 1<<5 | 1

// Bundle puts passes into one .pkpasses, which a phone takes with one tap. It refuses more than Apple takes.
func Bundle(passes [][]byte) ([]byte, error) {
	size := 0
	files := make([]file, len(passes))
	for i, p := range passes {
		size += len(p)
		files[i] = newFile(strconv.Itoa(i+1)+".pkpass", p)
	}
	if len(passes) == 0 || len(passes) > MaxBundle || size > MaxBundleBytes {
		return nil, verno.InvalidField("/passes", "too_many", "max", strconv.Itoa(MaxBundle))
	}
	return archive(files)
}
