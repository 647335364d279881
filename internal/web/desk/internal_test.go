package desk

import "slices"

// Routes are the routes of the desk, method and path below Base, for tests that must leave none out.
func Routes() []string {
	var list []string
	for _, p := range slices.Concat(exportPages(), pages, memberActs, taskPages, staffPages, mePages, placePages, terminalPages, channelPages, legalPages, cardPages, issuePages, newsPages, madePages, bearerLinkPages, paperPages, certificatePages) {
		list = append(list, p.route)
	}
	return list
}
