package workflows

import "go.temporal.io/sdk/temporal"

// The search attributes of every run: what an operator filters by in the Temporal UI. None of them names a person.
var (
	PimTenant       = temporal.NewSearchAttributeKeyKeyword("PimTenant")
	PimKind         = temporal.NewSearchAttributeKeyKeyword("PimKind")         // activation, assignment, pim, digest
	PimStatus       = temporal.NewSearchAttributeKeyKeyword("PimStatus")       // Graph's request status
	PimRole         = temporal.NewSearchAttributeKeyKeyword("PimRole")         // the role's id
	PimResourceKind = temporal.NewSearchAttributeKeyKeyword("PimResourceKind") // directoryRole, azureResource, group
	PimUnreachable  = temporal.NewSearchAttributeKeyBool("PimUnreachable")     // nobody who could approve can be reached
)

// The values of PimKind.
const (
	KindActivation = "activation"
	KindAssignment = "assignment"
	KindPIM        = "pim"
	KindDigest     = "digest"
)
