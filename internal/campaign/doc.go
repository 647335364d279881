// Package campaign is the marketer's office: programmes, promotions, legal entities, stores and partners are drafted
// there, checked against the rules, published as numbered versions and rolled back. What the till does with a version
// is promo's and checkout's; the office only sees to it that a version which cannot be compiled is never published.
//
// A draft carries a revision, and whoever changes it says which revision was read: what somebody else has changed
// meanwhile is never overwritten. A published version never changes.
package campaign
