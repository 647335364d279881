package webtest

// Enter logs the owner in at the desk.
func (s *Site) Enter(tab *Tab) {
	tab.tb.Helper()
	tab.Go(s.Base + "/desk/login")
	tab.Type("#login", s.Login)
	tab.Type("#password", s.Password+"\r")
	tab.See(".desk main h1")
}
