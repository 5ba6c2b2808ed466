package workflows

import "go.temporal.io/sdk/temporal"

// The search attributes of every run: what an operator filters by in the Temporal UI. None of them names a person.
var (
	PimTenant       = temporal.NewSearchAttributeKeyKeyword("PimTenant")
	PimKind         = temporal.NewSearchAttributeKeyKeyword("PimKind")         // activation
	PimStatus       = temporal.NewSearchAttributeKeyKeyword("PimStatus")       // Graph's request status
	PimRole         = temporal.NewSearchAttributeKeyKeyword("PimRole")         // the role's id
	PimResourceKind = temporal.NewSearchAttributeKeyKeyword("PimResourceKind") // directoryRole, azureResource, group
	PimUnreachable  = temporal.NewSearchAttributeKeyBool("PimUnreachable")     // nobody who could approve can be reached
)

// KindActivation is the value of PimKind for an activation.
const KindActivation = "activation"
