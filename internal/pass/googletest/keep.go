package googletest

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"time"
)

// insert keeps a class or an object that is not there yet.
func (g *Google) insert(r resource, body map[string]any) answer {
	id, _ := body["id"].(string)
	if err := g.checkID(id); err != nil {
		return refuse(http.StatusBadRequest, "invalidResource", err.Error())
	}
	if g.idTaken(r, id) {
		return refuse(http.StatusConflict, "existingResource", id+" already exists")
	}
	if err := g.accept(r, body, nil); err != nil {
		return refuse(http.StatusBadRequest, "badRequest", err.Error())
	}
	if g.kept[r] == nil {
		g.kept[r] = map[string]map[string]any{}
	}
	g.kept[r][id] = withoutNulls(body)
	return answer{status: http.StatusOK, body: g.kept[r][id]}
}

// idTaken says that an ID is taken by anything of its sort, of whichever vertical.
func (g *Google) idTaken(r resource, id string) bool {
	for vertical := range kinds {
		if g.kept[resource{vertical, r.object}][id] != nil {
			return true
		}
	}
	return false
}

// accept checks a body; of a patch had is what it is laid over.
func (g *Google) accept(r resource, body, had map[string]any) error {
	if err := check(r.schema(), r.schema(), body, had == nil); err != nil {
		return err
	}
	if err := g.checkWritten(r, body, had == nil); err != nil {
		return err
	}
	return checkReview(r, body, had)
}

// patch lays a body over what is kept, at every depth: what it does not name stays, what is null in it goes, and a list
// takes the place of a list.
func (g *Google) patch(r resource, id string, body map[string]any) answer {
	had := g.kept[r][id]
	if had == nil {
		return refuse(http.StatusNotFound, "resourceNotFound", id+" not found")
	}
	if named, there := body["id"]; there && named != id {
		return refuse(http.StatusBadRequest, "badRequest", "the ID is another")
	}
	if err := g.accept(r, body, had); err != nil {
		return refuse(http.StatusBadRequest, "badRequest", err.Error())
	}
	merged := merge(had, body)
	delete(merged, "notifyPreference") // Good for one call only.
	if err := errors.Join(check(r.schema(), r.schema(), merged, true), checkDeep(merged)); err != nil {
		return refuse(http.StatusBadRequest, "badRequest", err.Error())
	}
	if body["notifyPreference"] == "NOTIFY_ON_UPDATE" && !g.speak("change "+id) {
		return overQuota()
	}
	g.kept[r][id] = merged
	return answer{status: http.StatusOK, body: merged}
}

// addMessage adds a message to an object.
func (g *Google) addMessage(r resource, id string, body map[string]any) answer {
	had := g.kept[r][id]
	if had == nil {
		return refuse(http.StatusNotFound, "resourceNotFound", id+" not found")
	}
	if err := check("AddMessageRequest", "AddMessageRequest", body, true); err != nil {
		return refuse(http.StatusBadRequest, "badRequest", err.Error())
	}
	message, _ := body["message"].(map[string]any)
	all, _ := had["messages"].([]any)
	if message == nil || len(all) >= 10 {
		return refuse(http.StatusBadRequest, "badRequest", fmt.Sprintf("no message, or %d already", len(all)))
	}
	if message["messageType"] == "TEXT_AND_NOTIFY" && !g.speak("message "+id) {
		return overQuota()
	}
	had["messages"] = append(all, message)
	return answer{status: http.StatusOK, body: map[string]any{"resource": had}}
}

func overQuota() answer {
	return refuse(http.StatusForbidden, "QuotaExceededException", "QuotaExceededException: 3 notifications a pass in 24 hours")
}

// speak notifies people, three times in 24 hours.
func (g *Google) speak(of string) bool {
	now, n := g.Clock(), 0
	for _, at := range g.spoken[of] {
		if at.After(now.Add(-24 * time.Hour)) {
			n++
		}
	}
	if n >= 3 {
		return false
	}
	g.spoken[of] = append(g.spoken[of], now)
	return true
}

func withoutNulls(body map[string]any) map[string]any { return merge(nil, body) }

func merge(had, body map[string]any) map[string]any {
	out := maps.Clone(had)
	if out == nil {
		out = map[string]any{}
	}
	for name, v := range body {
		part, whole := v.(map[string]any)
		if whole {
			before, _ := had[name].(map[string]any)
			v = merge(before, part)
		}
		if out[name] = v; v == nil {
			delete(out, name)
		}
	}
	return out
}
