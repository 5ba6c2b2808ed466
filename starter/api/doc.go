// Package api is the HTTP face of the starter: JSON in, JSON out, OpenAPI 3.1, problems as RFC 9457 has them. It decides who may
// call and what can be read at all; everything else the starter decides.
//
// It refuses callers without a token, except on a loopback listener; browsers that another site sent; bodies that are too large,
// are no JSON, or have fields that nobody knows. Every refusal names the field and says what would be right.
package api
