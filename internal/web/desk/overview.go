package desk

// overview is the first page.
func (d *Desk) overview(c *call) error {
	return c.show(c.Say("desk.overview"), welcome(c))
}
