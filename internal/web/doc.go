// Package web is the frame of every face that speaks HTTP: it reads requests strictly, limits them, logs them without
// telling who anybody is, and answers errors as problem+json in the reader's language. It knows no use case, no
// permission and no route; the faces below it do.
package web
