package desk

import "github.com/verno-loyalty/verno/internal/pass"

// walletTask tells of a task that a wallet left, in whose own words the trouble stands; false for any other.
func walletTask(c *call, t *errand) bool {
	says := map[string]string{
		pass.TaskGoogleRefused: "google_refused", pass.TaskGoogleAccess: "google_access", pass.TaskAppleAccess: "apple_access",
	}[t.Kind]
	if says == "" {
		return false
	}
	t.title, t.text, t.raw = c.Say("desk.task."+says), c.Say("desk.task."+says+"_hint"), t.Detail
	return true
}
