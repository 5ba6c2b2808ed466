package pim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

func TestActionIsReadWhateverItsCase(t *testing.T) {
	for _, want := range []pim.Action{
		"selfActivate", "selfDeactivate", "selfExtend", "selfRenew", "adminAssign", "adminUpdate", "adminExtend", "adminRenew", "adminRemove",
	} {
		for _, text := range []string{string(want), strings.ToLower(string(want)), strings.ToUpper(string(want))} {
			got, known := pim.ParseAction(text)
			require.True(t, known, text)
			require.Equal(t, want, got)
		}
	}
	for _, text := range []string{"", "self", "selfActivate ", "activate"} {
		_, known := pim.ParseAction(text)
		require.False(t, known, text)
	}
}

func TestDefaultsAreFilledInWithoutAskingTheClock(t *testing.T) {
	got := pim.ActivationRequest{Action: "SELFACTIVATE"}.WithDefaults()
	require.Equal(t, pim.ActivationRequest{Action: pim.SelfActivate, Activation: pim.Assumed}, got)
	require.Equal(t, got, got.WithDefaults())
	odd := pim.ActivationRequest{Action: "reactivate", Activation: pim.Reported}
	require.Equal(t, odd, odd.WithDefaults(), "what is not understood stays as it was, to be refused")
}

func TestFallbackIsForRequestsThatNameNobody(t *testing.T) {
	require.True(t, pim.Approval{IsRequired: true}.Fallback())
	require.False(t, pim.Approval{IsRequired: true, Approvers: []pim.Principal{{ID: "an empty group"}}}.Fallback(), "being named is what counts")
	require.False(t, pim.Approval{}.Fallback())
}

func TestAdministratorsHoldTheirRolesAtTheScopeOfTheRequest(t *testing.T) {
	scope := pim.Scope{ID: "/administrativeUnits/a1"}
	require.Equal(t, "/", pim.ActivationRequest{ResourceKind: pim.DirectoryRole, Scope: scope}.AdministratorsScope())
	require.Equal(t, scope.ID, pim.ActivationRequest{ResourceKind: pim.AzureResource, Scope: scope}.AdministratorsScope())
	require.Equal(t, "g7", pim.ActivationRequest{ResourceKind: pim.GroupResource, Scope: pim.Scope{ID: "g7"}}.AdministratorsScope())
}

func TestDecisionsAreTheSameByPersonAndAnswer(t *testing.T) {
	d := pim.Decision{ReviewResult: pim.Approve, ReviewedBy: pim.Principal{ID: "u2"}, Justification: "ok"}
	later := pim.Decision{ReviewResult: pim.Approve, ReviewedBy: pim.Principal{ID: "u2", DisplayName: "Ann"}, ReviewedDateTime: time.Now()}
	require.True(t, d.SameAs(later))
	require.False(t, d.SameAs(pim.Decision{ReviewResult: pim.Deny, ReviewedBy: d.ReviewedBy}))
	require.False(t, d.SameAs(pim.Decision{ReviewResult: pim.Approve, ReviewedBy: pim.Principal{ID: "U2"}}), "ids are opaque")
}

func TestNamesFallBackOnIDs(t *testing.T) {
	require.Equal(t, "Alain", pim.Principal{ID: "u7", DisplayName: "Alain"}.Name())
	require.Equal(t, "u7", pim.Principal{ID: "u7", DisplayName: " \t"}.Name())
	require.Equal(t, "Production", pim.Scope{ID: "/s", DisplayName: "Production"}.Name())
	require.Equal(t, "/s", pim.Scope{ID: "/s"}.Name())
	require.False(t, pim.Principal{}.Same(pim.Principal{}), "two people whom nobody knows are not one")
}
