package pim

import "strings"

// PrincipalType is Graph's kind of directory object that a role can be assigned to.
type PrincipalType string

// The kinds of principal. An empty type in a request means a user, unless the directory knows better.
const (
	User             PrincipalType = "user"
	Group            PrincipalType = "group"
	ServicePrincipal PrincipalType = "servicePrincipal"
)

// Principal is who asks, decides, holds or is told. Only ID is ever required; the directory's answer wins over what a request
// says about the rest.
type Principal struct {
	ID          string        `json:"id,omitempty" doc:"The directory's id of the principal, opaque, 1 to 512 bytes." example:"u7"`
	DisplayName string        `json:"displayName,omitempty" doc:"The name shown to people." example:"Alain Charon"`
	Mail        string        `json:"mail,omitempty" doc:"Where mail for a user goes. The directory's address wins over this one." example:"alain@contoso.example"`
	Type        PrincipalType `json:"type,omitempty" enum:"user,group,servicePrincipal" doc:"What kind of principal it is."`
}

// Same reports whether two principals are one: ids are opaque and compared as they are.
func (p Principal) Same(other Principal) bool { return p.ID != "" && p.ID == other.ID }

// Name is what to call the principal in a sentence: its display name, or its id where it has none.
func (p Principal) Name() string {
	if strings.TrimSpace(p.DisplayName) == "" {
		return p.ID
	}
	return p.DisplayName
}

// ResourceKind says which of PIM's three worlds a role lives in.
type ResourceKind string

// The resource kinds.
const (
	DirectoryRole ResourceKind = "directoryRole" // Microsoft Entra roles
	AzureResource ResourceKind = "azureResource" // Azure resource roles
	GroupResource ResourceKind = "group"         // PIM for Groups; the scope's id is the group's
)

// AccessID says, for groups, which relation to the group is meant.
type AccessID string

// The two relations that PIM for Groups manages.
const (
	Owner  AccessID = "owner"
	Member AccessID = "member"
)

// Role is a role by id, with the name shown to people.
type Role struct {
	ID          string `json:"id,omitempty" doc:"The role's id." example:"acdd72a7"`
	DisplayName string `json:"displayName,omitempty" doc:"The role's name, as mails show it." example:"Backup Reader"`
}

// Scope is where a role applies: / for a whole tenant, a resource path in Azure, a group's id in PIM for Groups.
type Scope struct {
	ID          string `json:"id,omitempty" doc:"The path or id of the scope." example:"/subscriptions/s1"`
	DisplayName string `json:"displayName,omitempty" doc:"The scope's name, as mails show it." example:"Production"`
}

// Name is what to call the scope in a sentence.
func (s Scope) Name() string {
	if strings.TrimSpace(s.DisplayName) == "" {
		return s.ID
	}
	return s.DisplayName
}

// Organization is a tenant as its people know it.
type Organization struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
	Cloud       string `json:"cloud"` // PublicCloud, usGov, china
}

// PublicCloud is the cloud in which there is a weekly digest.
const PublicCloud = "public"
