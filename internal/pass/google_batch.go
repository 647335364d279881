package pass

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
)

// batch makes several calls in one request. Each part of the answer names the call that it answers; a call that no part
// answers has the batch's own fate.
func (g *googleIssuer) batch(ctx context.Context, token string, calls []googleCall) ([]googleAnswer, error) {
	var b bytes.Buffer
	parts := multipart.NewWriter(&b)
	for i, c := range calls {
		body, err := json.Marshal(c.body)
		if err != nil {
			return nil, err
		}
		part, err := parts.CreatePart(textproto.MIMEHeader{
			"Content-Type": {"application/http"}, "Content-Id": {"<call-" + strconv.Itoa(i) + ">"},
		})
		if err != nil {
			return nil, err
		}
		_, err = fmt.Fprintf(part, "%s %s%s HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
			c.method, googleBase, c.path, len(body), body)
		if err != nil {
			return nil, err
		}
	}
	if err := parts.Close(); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.config.api()+"/batch", &b)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "multipart/mixed; boundary="+parts.Boundary())
	req.Header.Set("Authorization", "Bearer "+token)
	status, header, body, err := g.send(req)
	if err != nil {
		return nil, err
	}
	answers := make([]googleAnswer, len(calls))
	for i := range answers {
		answers[i] = googleAnswer{status: status, body: body, after: retryAfter(header, g.clock())}
	}
	if status != http.StatusOK {
		return answers, nil
	}
	for i := range answers {
		answers[i] = googleAnswer{err: errors.New("google: a batch leaves a call without an answer")}
	}
	return answers, g.unpack(header, body, answers)
}

// unpack reads the parts of a batch's answer.
func (g *googleIssuer) unpack(header http.Header, body []byte, answers []googleAnswer) error {
	_, params, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("google: a batch is answered with %.60q", header.Get("Content-Type"))
	}
	parts := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("google: read the answer to a batch: %w", err)
		}
		name := strings.Trim(part.Header.Get("Content-Id"), "<>")
		i, err := strconv.Atoi(strings.TrimPrefix(name, "response-call-"))
		if err != nil || i < 0 || i >= len(answers) {
			continue
		}
		answers[i] = g.unpackOne(part)
	}
}

func (g *googleIssuer) unpackOne(part io.Reader) googleAnswer {
	res, err := http.ReadResponse(bufio.NewReader(part), nil)
	if err != nil {
		return googleAnswer{err: fmt.Errorf("google: read a part of a batch: %w", err)}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxGoogleAnswer))
	if err != nil {
		return googleAnswer{err: fmt.Errorf("google: read a part of a batch: %w", err)}
	}
	return googleAnswer{status: res.StatusCode, body: body, after: retryAfter(res.Header, g.clock())}
}
