package pass

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno/internal/store"
)

// googleVerdict is what an answer means.
type googleVerdict uint8

const (
	googleTaken   googleVerdict = iota
	googleMissing               // what was to be changed is not there
	googleExists                // what was to be made is there
	googleQuota                 // too many notifications of this card today
	googleHeld                  // not now
	googleLocked                // not by this account
	googleWrong                 // not this
)

// judge reads what an answer means. What nobody knows the fate of is asked again: every call can be repeated.
func judge(a *googleAnswer) googleVerdict {
	switch {
	case errors.Is(a.err, errGoogleAccess):
		return googleLocked
	case a.err != nil:
		return googleHeld
	case a.status >= 200 && a.status < 300:
		return googleTaken
	}
	reason, message := a.fault()
	if strings.Contains(strings.ToLower(reason+message), "quotaexceeded") && !strings.Contains(reason, "userRateLimit") {
		return googleQuota
	}
	switch a.status {
	case http.StatusNotFound:
		return googleMissing
	case http.StatusConflict:
		return googleExists
	case http.StatusTooManyRequests, http.StatusRequestTimeout:
		return googleHeld
	case http.StatusForbidden:
		if strings.Contains(strings.ToLower(reason), "ratelimit") {
			return googleHeld
		}
		return googleLocked
	case http.StatusUnauthorized:
		return googleLocked
	}
	if a.status >= http.StatusInternalServerError {
		return googleHeld
	}
	return googleWrong
}

// answer goes on from an answer.
func (w *googleWork) answer(a *googleAnswer, now time.Time) {
	verdict := judge(a)
	if verdict != googleTaken {
		w.why = a.why(verdict)
	}
	if w.step == googleLeave {
		w.left(a, verdict)
		return
	}
	switch {
	case verdict == googleTaken:
		w.taken(a, now)
	case verdict == googleMissing && w.step == googlePatch:
		w.step, w.speaks = googleInsert, false
	case verdict == googleExists && w.step == googleInsert:
		w.step, w.had.Asked = googlePatch, w.told // Whoever made it may have told the news with it.
	case verdict == googleQuota && w.step == googlePatch && w.speaks:
		w.speaks = false
	case verdict == googleQuota && w.step == googleMessage && w.rings:
		w.rings = false
	case verdict == googleHeld, verdict == googleExists: // Where nothing is made, 409 is a change that met another (ABORTED).
		w.later(max(a.after, googlePause(w.had.Tries)))
	case verdict == googleQuota:
		w.outcome, w.wait = googleLater, max(a.after, quotaPause)
	case verdict == googleLocked:
		w.later(max(a.after, accessPause))
		w.access, w.fault = true, faultOf(a)
	default:
		w.outcome, w.fault = googleRefused, faultOf(a)
	}
	if w.outcome == googleDone && w.leaves != "" {
		w.step, w.outcome = googleLeave, googleUnderWay
	}
}

// left goes on after what a card was before was ended. Where Google will not have that either, the card is well all the
// same.
func (w *googleWork) left(a *googleAnswer, verdict googleVerdict) {
	switch verdict {
	case googleHeld, googleQuota:
		w.later(max(a.after, googlePause(w.before.Tries)))
	case googleLocked:
		w.later(max(a.after, accessPause))
		w.access, w.fault = true, faultOf(a)
	default:
		w.leaves, w.outcome = "", googleDone
	}
}

// accessPause is how long an account that is not let in waits, as somebody has to do something about it; quotaPause how
// long a card waits that Google will hear nothing more of today.
const (
	accessPause = 10 * time.Minute
	quotaPause  = time.Hour
)

// later puts a card off because Google would not listen. A message may have arrived nevertheless.
func (w *googleWork) later(wait time.Duration) {
	w.outcome, w.wait, w.held = googleLater, wait, true
	if w.step == googleMessage {
		w.had.Asked = w.told
	}
}

// taken goes on after a call that was taken.
func (w *googleWork) taken(a *googleAnswer, now time.Time) {
	switch w.step {
	case googleInsert:
		w.known(now)
		w.done()
	case googlePatch:
		w.known(now)
		w.tell()
	case googleLook:
		w.step = googleMessage
		for _, id := range messagesOf(a.body) {
			if w.news != nil && id == w.message("")["id"] {
				w.done()
				return
			}
		}
	case googleMessage:
		if w.rings {
			w.had.Notices = rang(w.had.Notices, now)
			w.spoken(w.said())
		}
		w.done()
		w.prune(a.body)
	case googlePrune:
		w.outcome = googleDone
		if w.news != nil {
			w.step, w.outcome = googleMessage, googleUnderWay
		}
	}
}

// known notes what Google holds now.
func (w *googleWork) known(now time.Time) {
	if w.speaks {
		w.had.Changes = rang(w.had.Changes, now)
		w.spoken(changeSaid(&w.pass))
	}
	w.had.Sent, w.had.Loud = w.digest, w.loud
}

// spoken notes that something was said aloud.
func (w *googleWork) spoken(what []byte) {
	w.rung = slices.DeleteFunc(w.rung, func(r store.Ring) bool { return bytes.Equal(r.Said, what) })
}

// prune takes the oldest messages away where there is no room for a next one.
func (w *googleWork) prune(body []byte) {
	var answer struct {
		Resource struct {
			Messages []json.RawMessage `json:"messages"`
		} `json:"resource"`
	}
	if json.Unmarshal(body, &answer) != nil || len(answer.Resource.Messages) < mostMessages {
		return
	}
	all := answer.Resource.Messages
	w.body = googleBody{"messages": all[len(all)-mostMessages+1:]}
	w.step, w.outcome = googlePrune, googleUnderWay
}

// messagesOf are the names of the messages that an object has.
func messagesOf(body []byte) []string {
	var object struct {
		Messages []struct {
			ID string `json:"id"`
		} `json:"messages"`
	}
	_ = json.Unmarshal(body, &object) // What is no object has no messages.
	ids := make([]string, len(object.Messages))
	for i := range object.Messages {
		ids[i] = object.Messages[i].ID
	}
	return ids
}

// faultOf is what a refusal says, short, for the log and for whoever has to mend it.
func faultOf(a *googleAnswer) string {
	if a.err != nil {
		return cut(a.err.Error(), 300)
	}
	reason, message := a.fault()
	return cut(strings.TrimSpace(strconv.Itoa(a.status)+" "+reason+": "+message), 300)
}
