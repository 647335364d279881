// Package api is Verno for programs: /api/v1, described by an OpenAPI 3.1 document that is made from the same types
// that requests are read into and answers are written from.
//
// Every route is one row of the access table, one entry of a resource's route list and one function that does what is
// asked. Around that function stands always the same: guard (who asks, how often, may he), bind (parameters, headers,
// body, read strictly), do, show. It knows the use cases and nothing of how they keep their promises.
package api
