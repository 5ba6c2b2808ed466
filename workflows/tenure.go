package workflows

// Carried is what one run of an assignment hands to the next.
type Carried struct{}
