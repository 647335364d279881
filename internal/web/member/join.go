package member

// joinPages are the pages by which people join.
var joinPages = []page{}
