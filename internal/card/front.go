package card

// Front are the keys of the fields that a template puts into the lower areas of the front, in their order, whether or not
// they say something on a card: for wallets in which the fields of all cards of a template are arranged at once.
func (t *Template) Front() []string {
	k, ok := Find(t.Kind)
	if !ok {
		return nil
	}
	d := t.Design.over(k)
	var keys []string
	for _, area := range [...]Area{AreaSecondary, AreaAuxiliary} {
		for i := range d.Front {
			p := &d.Front[i]
			own, is := ownText(p.Field)
			known, found := k.Field(p.Field)
			switch {
			case p.Area != area:
			case is:
				keys = append(keys, ownKey(own))
			case found:
				keys = append(keys, known.Name)
			}
		}
	}
	return keys
}

// ownKey is the key of a text of the merchant's own.
func ownKey(name string) string { return "text_" + name }
